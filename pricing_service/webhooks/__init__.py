"""Webhooks on their way out, by Standard Webhooks: signed, sent to guarded targets, tried again; `sender.py` first."""

from pricing_service.webhooks.sender import Sender, rules_of, send_webhooks
from pricing_service.webhooks.signatures import signing_secret
from pricing_service.webhooks.targets import Rules, TargetRefused, parse_target

__all__ = ["Rules", "Sender", "TargetRefused", "parse_target", "rules_of", "send_webhooks", "signing_secret"]
