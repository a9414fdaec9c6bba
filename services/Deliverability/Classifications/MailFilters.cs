using static ContactPlatform.Deliverability.V1.FailureClass;

namespace ContactPlatform.Deliverability.Classifications;

/// <summary>The wording of filters that stand before other servers.</summary>
public static class MailFilters
{
    /// <summary>The filters.</summary>
    public static readonly IReadOnlyList<MailSystem> Table =
    [
        new("proofpoint", "help.proofpoint.com (SMTP reply messages)", ["pphosted", "ppe-hosted", "proofpoint"],
        [
            new("user-unknown", DoesNotExist, "user unknown", "unknown user", "recipient not found", "invalid recipient", "no such user", "mailbox not found"),
            new("over-quota", MailboxFull, "over quota", "mailbox full", "mailbox is full"),
            new("sender-policy", SenderFault, "blocked - see", "blocked using", "ipcheck", "access denied", "reputation", "spam", "policy", "message rejected", "too many"),
            new("busy", Unavailable, "please try again later", "service unavailable", "temporarily"),
        ]),
        new("mimecast", "community.mimecast.com (SMTP error codes)", ["mimecast"],
        [
            new("recipient-unknown", DoesNotExist, "invalid recipient", "recipient unknown", "user unknown", "no such user"),
            new("over-quota", MailboxFull, "mailbox full", "over quota"),
            new("greylisted", Unavailable, "greylist", "internal resources are temporarily unavailable", "unable to connect", "retry later"),
            new("sender-policy", SenderFault, "rejected by header based", "policy", "policies", "anti-spoofing", "dmarc", "spf", "virus", "blacklist", "block list", "rbl", "spam", "administrative prohibition", "ip temporarily blacklisted", "attachment"),
        ]),
        new("barracuda", "campus.barracuda.com (Email Gateway Defense bounces)", ["barracuda", "ess.barracudanetworks", "cudamail"],
        [
            new("no-such-user", DoesNotExist, "no such user", "no such recipient", "no such domain at this location", "recipient verification failed", "user unknown", "invalid recipient"),
            new("over-quota", MailboxFull, "mailbox full", "over quota"),
            new("sender-policy", SenderFault, "blocked by * barracuda reputation", "barracuda reputation", "permanent failure for one or more recipients", "blocked", "spam", "rate control", "sender rate", "message content rejected", "quarantine"),
            new("busy", Unavailable, "temporarily", "try again"),
        ]),
        new("cisco", "cisco.com (Secure Email, SMTP responses)", ["iphmx", "ironport"],
        [
            new("no-such-user", DoesNotExist, "#5.1.0 address rejected", "address rejected", "unknown recipient", "invalid recipient", "no such user"),
            new("over-quota", MailboxFull, "mailbox full", "over quota"),
            new("sender-policy", SenderFault, "sbrs", "sender's ip has a poor reputation", "poor reputation", "too many recipients", "policy", "rejected by", "spam"),
        ]),
        new("symantec", "techdocs.broadcom.com (Email Security.cloud)", ["messagelabs", "symantec"],
        [
            new("no-such-user", DoesNotExist, "invalid recipient", "recipient unknown", "no such user", "mailbox unavailable"),
            new("sender-policy", SenderFault, "requested action not taken", "connection rejected", "sender rejected", "blocked", "denied", "spam", "policy"),
            new("busy", Unavailable, "please try again", "temporarily"),
        ]),
        new("trend-micro", "docs.trendmicro.com (Email Security)", ["trendmicro", "in.tmes"],
        [
            new("no-such-user", DoesNotExist, "recipient address rejected: user unknown", "user unknown", "not a valid recipient", "directory check"),
            new("sender-policy", SenderFault, "email reputation", "mail from your ip", "blocked", "policy", "access denied"),
        ]),
        new("sophos", "docs.sophos.com (Sophos Email)", ["sophos", "reflexion"],
        [
            new("no-such-user", DoesNotExist, "recipient verification failed", "unknown recipient", "user unknown", "mailbox does not exist"),
            new("sender-policy", SenderFault, "blocked", "spam", "policy", "rejected"),
        ]),
        new("blocklists", "spamhaus.org; spamcop.net; uceprotect.net; barracudacentral.org", ["spamhaus", "spamcop", "uceprotect", "sorbs.net", "barracudacentral", "cbl.abuseat", "psbl", "abuseat.org", "invaluement", "spfbl", "mailspike"],
        [
            new("listed", SenderFault, "blocked", "listed", "rejected", "denied", "refused", "see ", "http"),
        ]),
    ];
}
