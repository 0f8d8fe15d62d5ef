"""The secret formats that the library detect-secrets knows, as patterns to search texts with.

Only what each of its detectors looks for is used: nothing is asked of any server, and no file is
read. Two of its patterns are left out: on a hostile text they take time that grows with the square
of its length, and engine/secrets/formats.py has bounded ones of its own for the same formats.
"""

import re
from functools import cache
from importlib import import_module
from typing import Final

# Module → class and what it finds, as a noun with its article.
_DETECTORS: Final = (
    ("artifactory", "ArtifactoryDetector", "an Artifactory credential"),
    ("aws", "AWSKeyDetector", "an AWS access key"),
    ("azure_storage_key", "AzureStorageKeyDetector", "an Azure storage key"),
    ("cloudant", "CloudantDetector", "a Cloudant credential"),
    ("discord", "DiscordBotTokenDetector", "a Discord token"),
    ("github_token", "GitHubTokenDetector", "a GitHub token"),
    ("gitlab_token", "GitLabTokenDetector", "a GitLab token"),
    ("ibm_cloud_iam", "IbmCloudIamDetector", "an IBM Cloud key"),
    ("ibm_cos_hmac", "IbmCosHmacDetector", "an IBM object storage key"),
    ("mailchimp", "MailchimpDetector", "a Mailchimp key"),
    ("openai", "OpenAIDetector", "an OpenAI API key"),
    ("pypi_token", "PypiTokenDetector", "a PyPI token"),
    ("sendgrid", "SendGridDetector", "a SendGrid API key"),
    ("slack", "SlackDetector", "a Slack token"),
    ("softlayer", "SoftlayerDetector", "a SoftLayer credential"),
    ("square_oauth", "SquareOAuthDetector", "a Square secret"),
    ("stripe", "StripeDetector", "a Stripe key"),
    ("telegram_token", "TelegramBotTokenDetector", "a Telegram token"),
    ("twilio", "TwilioKeyDetector", "a Twilio key"),
)


@cache
def library_patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Each pattern with the kind of secret it finds; where it has groups, one holds the secret."""
    found = []
    for module, name, kind in _DETECTORS:
        detector = getattr(import_module(f"detect_secrets.plugins.{module}"), name)()
        found += [(kind, pattern) for pattern in detector.denylist]
    return tuple(found)
