#!/bin/sh
# Tells git the token when it asks for a password: so it is in no file and on no command line.
printf '%s\n' "$BRANCH_TOKEN"
