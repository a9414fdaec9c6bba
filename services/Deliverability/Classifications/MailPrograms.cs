using static ContactPlatform.Deliverability.V1.FailureClass;

namespace ContactPlatform.Deliverability.Classifications;

/// <summary>The wording that mail programs use unless somebody configured another.</summary>
public static class MailPrograms
{
    /// <summary>The programs.</summary>
    public static readonly IReadOnlyList<MailSystem> Table =
    [
        new("postfix", "postfix.org/postconf.5.html, ADDRESS_VERIFICATION_README", [],
        [
            new("unknown-user", DoesNotExist, "user unknown in virtual", "user unknown in local recipient table", "user unknown in relay recipient table", "user unknown in * table", "recipient address rejected: user unknown",
                "recipient address rejected: undeliverable address", "recipient address rejected: mail address does not exist", "recipient address rejected: no such"),
            new("unknown-domain", DoesNotExist, "recipient address rejected: domain not found", "host or domain name not found. name service error * type=aaaa: host not found", "domain has null mx"),
            new("over-quota", MailboxFull, "mailbox size limit exceeded", "maildir over quota", "error writing message: file too large", "overdrawn his diskspace quota", "message file too big * mailbox"),
            new("greylisted", Unavailable, "recipient address rejected: greylist", "greylisted", "greylisting", "postgrey"),
            new("unverified", Unavailable, "unverified address", "host not found, try again", "address lookup failed", "recipient address rejected: temporary", "verification in progress"),
            new("relay", SenderFault, "relay access denied"),
            new("sender", SenderFault, "sender address rejected", "client host rejected", "helo command rejected", "client host * blocked using", "sender verify failed"),
            new("content", SenderFault, "message content rejected", "milter-reject", "message size exceeds fixed limit", "message size exceeds"),
            new("network", Unavailable, "connection timed out", "connection refused", "no route to host", "network is unreachable", "lost connection", "conversation with * timed out", "mail transport unavailable", "loops back to myself"),
        ]),
        new("exim", "exim.org/exim-html-current/doc", [],
        [
            new("unrouteable", DoesNotExist, "unrouteable address", "unrouteable mail domain", "no such person at this address", "unknown user", "all relevant mx records point to non-existent hosts", "no immediate delivery: * unknown"),
            new("over-quota", MailboxFull, "mailbox is full", "quota exceeded: mailbox", "retry timeout exceeded * quota", "mailbox quota exceeded"),
            new("callout", SenderFault, "sender verify fail", "sender verification", "verification failed for <", "invalid sender"),
            new("rejected-data", SenderFault, "rejected after data", "this message contains", "rejected because * is in a black list", "is in a black list", "high spam", "message scored"),
            new("frozen", Unavailable, "retry timeout exceeded", "retry time not reached", "temporary internal error", "temporarily rejected", "host lookup did not complete"),
        ]),
        new("sendmail", "sendmail.org/~ca/email/doc8.12/op.html", [],
        [
            new("user-unknown", DoesNotExist, "... user unknown", "host unknown (name server: host not found)", "host unknown", "... no such user", "addressee unknown", "cannot mail directly to"),
            new("over-quota", MailboxFull, "... mailbox full", "can't create output", "disk quota exceeded", "mail quota exceeded"),
            new("relay", SenderFault, "relaying denied", "ip name lookup failed", "domain of sender address * does not", "domain of sender address"),
            new("load", Unavailable, "deferred:", "service unavailable, load", "too many open connections", "timeout waiting for input", "i/o error", "cannot resolve"),
        ]),
        new("qmail", "cr.yp.to/proto; qmail control files", [],
        [
            new("no-mailbox", DoesNotExist, "sorry, no mailbox here by that name", "sorry, no such user", "this address no longer accepts mail", "i couldn't find any host", "cname lookup failed permanently", "badrcptto"),
            new("over-quota", MailboxFull, "user is over quota", "account is over quota", "sorry, that message size exceeds my * quota", "the user's mailbox is over quota", "message would exceed quota", "user's mailbox full"),
            new("relay", SenderFault, "isn't in my list of allowed rcpthosts", "sorry, your envelope sender", "badmailfrom", "sorry, that message size exceeds my databytes limit"),
            new("network", Unavailable, "i wasn't able to establish an smtp connection", "cname lookup failed temporarily", "connected to * but connection died", "sorry, i couldn't find a mail exchanger", "i'm not going to try again"),
        ]),
        new("exchange", "learn.microsoft.com (Exchange Server non-delivery reports)", [],
        [
            new("not-found", DoesNotExist, "recipient not found by smtp address lookup"),
            new("quota", MailboxFull, "recipient mailbox full"),
            new("restricted", SenderFault, "resolver.rst.notauthorized", "resolver.rst.authrequired", "resolver.rst.recipsizelimit", "unable to relay", "client was not authenticated", "client does not have permissions"),
            new("queue", Unavailable, "queue.expired", "insufficient system resources", "resources temporarily unavailable"),
        ]),
        new("dovecot", "doc.dovecot.org (LMTP)", [],
        [
            new("unknown-user", DoesNotExist, "user doesn't exist:", "user does not exist:"),
            new("over-quota", MailboxFull, "quota exceeded (mailbox for user is full)", "mailbox for user is full"),
            new("internal", Unavailable, "internal error occurred. refer to server log"),
        ]),
        new("zimbra", "wiki.zimbra.com (LMTP)", [],
        [
            new("quota", MailboxFull, "lmtp * quota", "overquota"),
            new("unknown", DoesNotExist, "no such account", "account is not active"),
        ]),
        new("domino", "help.hcl-software.com (Domino router)", [],
        [
            new("not-listed", DoesNotExist, "not listed in domino directory", "not listed in public name & address book"),
            new("quota", MailboxFull, "unable to deliver message * user's mail file is over", "mail file * exceeded its quota"),
        ]),
    ];
}
