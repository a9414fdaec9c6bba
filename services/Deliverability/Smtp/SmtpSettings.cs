namespace ContactPlatform.Deliverability.Smtp;

/// <summary>How the connection to the mail server is protected.</summary>
public enum SmtpTls
{
    /// <summary>Not at all: for a server on the same machine.</summary>
    None,

    /// <summary>By STARTTLS where the server offers it.</summary>
    WhenOffered,

    /// <summary>By STARTTLS, or nothing is sent.</summary>
    StartTls,

    /// <summary>From the first byte (RFC 8314 3.3), usually on port 465.</summary>
    Implicit,
}

/// <summary>The mail server that everything is handed to: section `Smtp` of the configuration.</summary>
public sealed class SmtpSettings
{
    /// <summary>Name or address of the server.</summary>
    public required string Host { get; init; }

    /// <summary>Its port; unless set 587 (RFC 6409), or 465 (RFC 8314 7.3) where the connection is protected from the first byte.</summary>
    public int Port { get; init; } = 587;

    /// <summary>How the connection is protected; StartTls unless set.</summary>
    public SmtpTls Tls { get; init; } = SmtpTls.StartTls;

    /// <summary>PEM file with the authority that signed the server's certificate; the machine's own unless set.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>User to authenticate as; nobody unless set. Sent over a protected connection only.</summary>
    public string? User { get; init; }

    /// <summary>The user's password.</summary>
    public string? Password { get; init; }

    /// <summary>Name that the client gives itself (RFC 5321 4.1.1.1).</summary>
    public string HelloName { get; init; } = "localhost";

    /// <summary>How long a connection may take to be ready.</summary>
    public TimeSpan ConnectLimit { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long an answer to a command may take. RFC 5321 4.5.3.2 would wait 5 min.</summary>
    public TimeSpan CommandLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the answer to a mail's end may take: 10 min (RFC 5321 4.5.3.2.6), since giving up leaves the outcome unknown.</summary>
    public TimeSpan EndLimit { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Reads the settings.</summary>
    /// <exception cref="InvalidOperationException">One is missing or malformed.</exception>
    public static SmtpSettings Read(IConfiguration configuration)
    {
        var section = configuration.GetSection("Smtp");
        var settings = new SmtpSettings { Host = section["Host"] ?? throw new InvalidOperationException("Smtp:Host is not configured; expected the name of the mail server that takes all mails") };
        var tls = section.GetValue("Tls", settings.Tls);
        settings = new()
        {
            Host = settings.Host,
            Port = section.GetValue("Port", tls == SmtpTls.Implicit ? 465 : settings.Port),
            Tls = tls,
            AuthorityFile = section["AuthorityFile"],
            User = section["User"],
            Password = section["Password"],
            HelloName = section["HelloName"] ?? configuration["Mail:BounceDomain"] ?? settings.HelloName,
            ConnectLimit = section.GetValue("ConnectLimit", settings.ConnectLimit),
            CommandLimit = section.GetValue("CommandLimit", settings.CommandLimit),
            EndLimit = section.GetValue("EndLimit", settings.EndLimit),
        };
        return settings.HelloName.AsSpan().ContainsAnyExceptInRange('!', '~') || settings.HelloName.Length == 0
            ? throw new InvalidOperationException("Smtp:HelloName is no host name") : settings;
    }
}
