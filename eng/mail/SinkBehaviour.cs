using System.Security.Cryptography.X509Certificates;

namespace ContactPlatform.MailSink;

/// <summary>Where a conversation is when the sink asks what to do.</summary>
public enum SinkStep
{
    /// <summary>Somebody connected.</summary>
    Connected,

    /// <summary>MAIL FROM came.</summary>
    From,

    /// <summary>RCPT TO came.</summary>
    Recipient,

    /// <summary>DATA came.</summary>
    Data,

    /// <summary>The mail is complete and counted unless it is answered with a refusal.</summary>
    End,
}

/// <summary>What the sink does at a step: answers as it would anyway, unless told otherwise.</summary>
/// <param name="Reply">Said instead, such as `550 5.1.1 nobody here`; a code of 400 or more is a refusal.</param>
/// <param name="Delay">Waited before anything is said.</param>
/// <param name="Drop">Ends the connection without a word; a complete mail is counted.</param>
public sealed record SinkAnswer(string? Reply = null, TimeSpan Delay = default, bool Drop = false);

/// <summary>How a sink behaves.</summary>
public sealed class SinkBehaviour
{
    /// <summary>Asked at every step with the address or, at the end, the recipient; null answers as usual.</summary>
    public Func<SinkStep, string, SinkAnswer?> Answer { get; set; } = (_, _) => null;

    /// <summary>Whether it takes several commands at once.</summary>
    public bool Pipelining { get; set; } = true;

    /// <summary>With it, STARTTLS is offered.</summary>
    public X509Certificate2? Certificate { get; set; }

    /// <summary>Whether connections are protected from their first byte, with the certificate.</summary>
    public bool ImplicitTls { get; set; }

    /// <summary>With it, AUTH is offered, and asked for before MAIL.</summary>
    public (string User, string Password)? Login { get; set; }

    /// <summary>The way of AUTH that is offered.</summary>
    public string Mechanism { get; set; } = "PLAIN";

    /// <summary>Mails that are kept; older ones are only counted.</summary>
    public int Kept { get; set; } = 100_000;
}
