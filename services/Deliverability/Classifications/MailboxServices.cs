using static ContactPlatform.Deliverability.V1.FailureClass;

namespace ContactPlatform.Deliverability.Classifications;

/// <summary>The wording of large mailbox services.</summary>
public static class MailboxServices
{
    /// <summary>The services.</summary>
    public static readonly IReadOnlyList<MailSystem> Table =
    [
        new("gmail", "support.google.com/a/answer/3726730", ["gsmtp", "google.com", "googlemail.com"],
        [
            new("no-such-user", DoesNotExist, "that you tried to reach does not exist", "nosuchuser"),
            new("disabled", DoesNotExist, "that you tried to reach is disabled", "disableduser"),
            new("over-quota", MailboxFull, "that you tried to reach is over quota", "overquota", "inbox is full", "out of storage space"),
            new("rate-of-recipient", Unavailable, "is receiving mail too quickly", "receiving mail at a rate"),
            new("sender-policy", SenderFault, "unsolicited mail", "unauthenticated email", "not accepted due to domain's dmarc", "detected that this message",
                "rate limited", "daily user sending", "daily sending quota", "too many recipients", "message blocked", "illegal attachment", "violates * policy",
                "sender does not meet", "ip not in whitelist", "tls required", "low reputation", "not rfc 5322 compliant", "messages missing a valid"),
            new("busy", Unavailable, "temporary system problem", "server busy", "try again later", "timeout", "temporarily rejected"),
        ]),
        new("outlook", "learn.microsoft.com/exchange non-delivery-reports; postmaster.live.com", ["outlook.com", "hotmail", "microsoft", "office365", "exchangelabs", "resolver.adr", "storedrv"],
        [
            new("recipient-not-found", DoesNotExist, "recipientnotfound", "recipnotfound", "recipient not found", "user unknown", "does not exist at", "requested action not taken: mailbox unavailable"),
            new("account-disabled", DoesNotExist, "accountdisabled", "mailboxdisabled", "account is disabled", "mailbox disabled"),
            new("invalid-recipient", DoesNotExist, "invalidrecipient", "expandedrecipientinvalid", "legacyexchangedn"),
            new("quota", MailboxFull, "quotaexceeded", "mailbox full", "mailbox is full", "recipientquota", "exceeded storage", "storage quota"),
            new("sender-blocked", SenderFault, "s3140", "s3150", "s775", "banned sending ip", "on our block list", "block list", "access denied, spam abuse", "access denied, bad inbound connector",
                "sc-001", "sc-002", "sc-003", "sc-004", "ou-001", "ou-002", "dy-001", "dy-002", "as(", "policy reasons", "unauthenticated message", "spf", "dkim", "dmarc", "restricted from sending",
                "authrequired", "notauthorized", "not authorized", "rejected by recipient's organization", "tenant"),
            new("sender-throttled", SenderFault, "rp-001", "rp-002", "rp-003", "rate limit", "throttl", "exceeded * limit", "submissionquota"),
            new("too-large", SenderFault, "rslt.reject.size", "message too large", "message size exceeds", "sizelimit", "recipsizelimit"),
            new("storage-busy", Unavailable, "server busy", "resources temporarily", "storetransient", "temporary server error", "transient", "mailbox server is too busy", "mailbox is currently unavailable"),
        ]),
        new("yahoo", "senders.yahooinc.com/smtp-error-codes", ["yahoo", "aol.com", "am0.yahoodns", "verizon.net"],
        [
            new("no-account", DoesNotExist, "this user doesn't have a", "user unknown", "mailbox not found", "no mailbox here", "no such mailbox", "recipient rejected", "address rejected"),
            new("inactive", DoesNotExist, "account has been disabled", "mailbox is disabled", "account is inactive", "mailbox disabled", "account not active"),
            new("over-quota", MailboxFull, "over quota", "mailbox full", "mailbox is full", "exceeded storage"),
            new("rate-of-recipient", Unavailable, "user is receiving mail too quickly"),
            new("deferred-sender", SenderFault, "[ts", "[tss", "[ph", "[gl", "[ipts", "[bl", "unexpected volume or user complaints", "user complaints", "message not accepted for policy reasons", "not allowed to send",
                "message not allowed", "vs1-ip", "vs1-mf", "vs99-ip", "excessive unknown recipients", "failed dmarc", "unauthenticated", "spam"),
            new("busy", Unavailable, "resources temporarily unavailable", "too busy", "temporarily deferred", "internal server error", "temporary domain failure"),
        ]),
        new("icloud", "support.apple.com/102322", ["icloud.com", "mail.me.com", "apple.com", "proofpoint.apple"],
        [
            new("no-such-user", DoesNotExist, "user does not exist", "unknown user", "user unknown", "mailbox not found", "mailbox does not exist"),
            new("inactive", DoesNotExist, "inactive account", "account is not active", "account is disabled", "account has been disabled", "mailbox disabled", "mailbox is disabled"),
            new("over-quota", MailboxFull, "user over quota", "over quota", "overquota", "mailbox full", "mailbox is full"),
            new("sender-policy", SenderFault, "[cs01]", "[hm", "message rejected due to local policy", "blocked", "too many", "dmarc", "reputation"),
            new("busy", Unavailable, "service temporarily unavailable", "try again later", "service unavailable"),
        ]),
        new("gmx", "postmaster.gmx.net/en/error-messages", ["gmx.", "web.de", "kundenserver"],
        [
            new("no-such-user", DoesNotExist, "mailbox unavailable", "requested action not taken: mailbox", "mailbox not found", "unknown recipient"),
            new("over-quota", MailboxFull, "exceeded storage allocation", "quota exceeded", "mailbox full"),
            new("sender-policy", SenderFault, "nemesis", "reject due to policy", "bad dns ptr", "no smtp service", "transaction failed", "blacklist", "invalid dns"),
        ]),
        new("mail-ru", "help.mail.ru/developers/mailing_rules/technical", ["mail.ru"],
        [
            new("no-such-user", DoesNotExist, "no such user", "invalid mailbox", "user not found", "user is terminated"),
            new("inactive", DoesNotExist, "account is inaccessible", "account is disabled", "not active"),
            new("over-quota", MailboxFull, "over quota", "mailbox is full"),
            new("sender-policy", SenderFault, "spam message rejected", "rejected due to", "blacklist", "we do not accept mail from", "try to resend from another"),
        ]),
        new("yandex", "yandex.com/support/mail/web/letter/create", ["yandex"],
        [
            new("no-such-user", DoesNotExist, "no such user", "invalid user"),
            new("over-quota", MailboxFull, "mailbox size limit exceeded", "quota exceeded"),
            new("sender-policy", SenderFault, "policy rejection on the target address", "message rejected under suspicion of spam", "suspicion of spam", "sender is rejected", "too many"),
        ]),
        new("orange", "postmaster.orange.fr", ["orange.fr", "wanadoo.fr"],
        [
            new("no-such-user", DoesNotExist, "adresse d au moins un destinataire invalide", "invalid recipient", "ofr_416", "ofr_417", "ofr417", "ofr416"),
            new("over-quota", MailboxFull, "ofr_418", "boite pleine"),
            new("sender-policy", SenderFault, "ofr004", "ofr006", "ofr_506", "ofr_999", "ofr005", "mail rejete", "service refuse"),
            new("busy", Unavailable, "ofr_1", "service temporairement indisponible"),
        ]),
        new("comcast", "postmaster.comcast.net/mail-error-codes.html", ["comcast"],
        [
            new("no-such-user", DoesNotExist, "not our customer", "mailbox not found", "account not available", "invalid recipient"),
            new("over-quota", MailboxFull, "mailbox full", "over quota"),
            new("sender-policy", SenderFault, "bl000", "bl001", "bl100", "rl000", "ptr", "blocked for spam", "too many sessions", "throttled"),
        ]),
    ];
}
