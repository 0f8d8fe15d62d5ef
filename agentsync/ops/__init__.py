"""What the commands do: (options, environment) → Report. Never click, never printing."""
