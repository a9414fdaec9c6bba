using System.Buffers.Text;

namespace ContactPlatform.Deliverability.Tokens;

/// <summary>
/// The names by which a message comes back: as a bounce address (VERP), as a Message-ID, as an address on the web. Settings:
/// `Mail:BounceDomain`, the domain whose mail is handed in as reports, and `Mail:PublicUrl`, where this service's HTTP port
/// is reached from outside.
/// </summary>
public sealed class MailNames
{
    /// <summary>80 bits: an address has 64 characters before its @, and only a report that names no message of ours is lost by a guess.</summary>
    private const int AddressMac = 10;

    /// <summary>128 bits: whoever could guess one would unsubscribe somebody.</summary>
    private const int UrlMac = 16;

    private const string BouncePrefix = "b.";
    private const string MessageIdPrefix = "m.";

    private readonly MailKeys keys;
    private readonly string publicUrl;

    /// <summary>Reads the settings.</summary>
    /// <exception cref="InvalidOperationException">One is missing or malformed.</exception>
    public MailNames(MailKeys keys, IConfiguration configuration)
    {
        this.keys = keys;
        BounceDomain = configuration["Mail:BounceDomain"] ?? "";
        if (!Mail.Mailbox.IsSendable($"b@{BounceDomain}"))
        {
            throw new InvalidOperationException($"Mail:BounceDomain is \"{BounceDomain}\"; expected a domain name");
        }
        var url = configuration["Mail:PublicUrl"] ?? "";
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.Query.Length > 0 || address.AbsoluteUri.Length > 200)
        {
            throw new InvalidOperationException($"Mail:PublicUrl is \"{url}\"; expected the address of this service's HTTP port as readers of mails reach it, such as https://mail.example.org");
        }
        publicUrl = address.AbsoluteUri.TrimEnd('/');
    }

    /// <summary>The domain of bounce addresses and Message-IDs.</summary>
    public string BounceDomain { get; }

    /// <summary>The address that reports about a message go to.</summary>
    public string BounceAddress(long accountId, long messageId) => $"{BouncePrefix}{Small(TokenPurpose.Bounce, accountId, messageId)}@{BounceDomain}";

    /// <summary>A message's Message-ID, with its angle brackets.</summary>
    public string MessageId(long accountId, long messageId) => $"<{MessageIdPrefix}{Small(TokenPurpose.MessageId, accountId, messageId)}@{BounceDomain}>";

    /// <summary>Says which message a bounce address is about; null for one that is not ours.</summary>
    /// <param name="address">Without angle brackets.</param>
    public MessageReference? ReadBounceAddress(string address) => ReadSmall(TokenPurpose.Bounce, BouncePrefix, address);

    /// <summary>Says which message a Message-ID is; null for one that is not ours.</summary>
    /// <param name="messageId">With or without angle brackets.</param>
    public MessageReference? ReadMessageId(string messageId) => ReadSmall(TokenPurpose.MessageId, MessageIdPrefix, messageId.Trim().TrimStart('<').TrimEnd('>'));

    /// <summary>An address on the web about a message.</summary>
    /// <param name="purpose">Open, Click or Unsubscribe.</param>
    /// <param name="message">The message, and the link's number.</param>
    public string Url(TokenPurpose purpose, MessageReference message) => $"{publicUrl}{Tracking.TrackingPaths.Of(purpose)}{Base64Url.EncodeToString(MessageToken.Write(keys, purpose, message, UrlMac))}";

    /// <summary>Reads the token of an address on the web; null for one that is not ours.</summary>
    public MessageReference? ReadUrl(TokenPurpose purpose, string token) =>
        token.Length <= 64 && Base64Url.IsValid(token) ? MessageToken.Read(keys, purpose, Base64Url.DecodeFromChars(token), UrlMac) : null;

    private string Small(TokenPurpose purpose, long accountId, long messageId) => Base32.Write(MessageToken.Write(keys, purpose, new(accountId, messageId), AddressMac));

    private MessageReference? ReadSmall(TokenPurpose purpose, string prefix, string address)
    {
        var at = address.LastIndexOf('@');
        return at > 0 && at <= 64 && address.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)
            && address.AsSpan(at + 1).Equals(BounceDomain, StringComparison.OrdinalIgnoreCase)
            && Base32.Read(address.AsSpan(prefix.Length, at - prefix.Length)) is { } token
            ? MessageToken.Read(keys, purpose, token, AddressMac) : null;
    }
}
