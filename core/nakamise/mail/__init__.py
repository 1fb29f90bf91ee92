"""Mail: what a mail is, how it becomes bytes, how it reaches an SMTP server."""

from nakamise.mail.errors import BadMail, MailRefused, MailTryLater
from nakamise.mail.message import Mail, Mailer, new_message_id
from nakamise.mail.mime import mime_bytes
from nakamise.mail.smtp import SmtpMailer
from nakamise.mail.template import MailBrand, MailTemplates, RenderedMail

__all__ = [
    "BadMail",
    "Mail",
    "MailBrand",
    "MailRefused",
    "MailTemplates",
    "MailTryLater",
    "Mailer",
    "RenderedMail",
    "SmtpMailer",
    "mime_bytes",
    "new_message_id",
]
