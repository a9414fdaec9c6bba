using static ContactPlatform.Deliverability.V1.FailureClass;

namespace ContactPlatform.Deliverability.Classifications;

/// <summary>
/// What everybody says, after RFC 5321 4.2.3 and common usage. The sender's fault stands first, because such texts often
/// name the recipient too; then full mailboxes, because `mailbox unavailable` is said of them as well.
/// </summary>
public static class CommonWording
{
    /// <summary>The wording.</summary>
    public static readonly MailSystem Table = new("common", "RFC 5321 4.2.3; common usage", [],
    [
        new("spam", SenderFault, "spam", "unsolicited", "junk mail", "bulk mail", "unacceptable content", "content rejected", "contains a virus", "virus", "malware", "phishing", "suspicious"),
        new("blocklist", SenderFault, "blacklist", "black list", "blocklist", "block list", "blocked using", "dnsbl", " rbl", "(rbl", "has been blocked", "is blocked", "ip address blocked", "you are blocked", "listed in", "poor reputation", "bad reputation", "low reputation"),
        new("authentication", SenderFault, "dmarc", "spf ", "dkim", "helo ", "authentication required", "not authenticated", "unauthenticated", "reverse dns", "ptr record", "no ptr", "starttls"),
        new("policy", SenderFault, "policy", "not permitted", "not authorized", "not authorised", "administrative prohibition", "administratively denied", "prohibited", "access denied", "refused by", "sender rejected", "sender denied", "bad sender", "invalid sender", "sender domain", "sender's domain", "sender address", "envelope sender", "return path", "in reply to mail from", "accept mail from", "accept messages from", "relaying", "unable to relay", "relay not permitted", "you are not allowed", "rejected by rule"),
        new("rate", SenderFault, "rate limit", "too many messages", "too many connections", "too many emails", "too much mail", "too many recipients", "exceeded the * sending", "throttl", "sending limit", "messages per"),
        new("size", SenderFault, "message too large", "message is too large", "message too big", "size limit", "exceeds the maximum", "too large", "maximum message size", "message length"),
        new("over-quota", MailboxFull, "over quota", "overquota", "over-quota", "quota exceeded", "exceeded quota", "exceeds quota", "out of quota", "quota * exceed", "exceed * quota", "mailbox full", "mailbox is full", "mailbox * is full", "inbox full", "inbox is full",
            "exceeded storage allocation", "insufficient storage", "not enough storage", "out of storage", "mailbox exceeds", "mailbox has exceeded", "mail box full"),
        new("greylist", Unavailable, "greylist", "grey list", "graylist", "grey-list"),
        new("temporary", Unavailable, "try again later", "try later", "temporarily unavailable", "temporarily deferred", "temporary failure", "temporary error", "temporarily rejected", "please retry", "not available at this time", "server busy", "is busy", "disk full", "no space left"),
        new("no-such-user", DoesNotExist, "no such user", "no such recipient", "no such mailbox", "no such address", "no such account", "no such local user", "no such person", "user unknown", "unknown user", "unknown recipient", "unknown address", "unknown mailbox", "unknown local", "recipient unknown",
            "address unknown", "user not found", "recipient not found", "mailbox not found", "address not found", "account not found", "user doesn't exist", "user does not exist", "recipient does not exist", "address does not exist", "mailbox does not exist", "account does not exist",
            "mailbox doesn't exist", "not a valid user", "not a valid mailbox", "not a valid recipient", "invalid recipient", "invalid mailbox", "invalid address", "invalid user", "no mailbox", "no user", "nonexistent", "non-existent", "does not have an account", "doesn't have a", "not known here",
            "not our customer", "bad destination", "bad recipient", "bad address", "recipient rejected", "unrouteable", "unroutable", "mailbox unavailable", "no longer exists", "has left the company", "has left the organi", "address is no longer valid", "address no longer valid", "no longer on server", "no longer in use"),
        new("inactive", DoesNotExist, "account disabled", "account is disabled", "account has been disabled", "account inactive", "inactive user", "inactive account", "account is inactive", "mailbox disabled", "mailbox is disabled", "mailbox inactive", "mailbox is inactive", "account closed", "account has been closed",
            "account suspended", "account has been suspended", "user suspended", "account expired", "mailbox suspended", "address is no longer", "has been deactivated", "deactivated", "discontinued"),
        new("no-such-domain", DoesNotExist, "domain not found", "host not found", "no such domain", "nxdomain", "domain does not exist", "unknown domain", "unknown host", "no mx", "null mx", "does not accept mail", "domain is not hosted", "not a local domain", "illegal host", "invalid domain"),
        new("expired", Unavailable, "expired", "delivery time", "too long in the queue", "in the queue too long", "retry timeout", "hop count", "too many hops", "routing loop", "mail loop"),
        new("network", Unavailable, "timed out", "timeout", "connection refused", "connection reset", "connection dropped", "lost connection", "network", "unreachable", "no route", "could not connect", "unable to connect", "dns", "temporary lookup failure", "service unavailable", "service not available", "out of service", "local error"),
    ]);
}
