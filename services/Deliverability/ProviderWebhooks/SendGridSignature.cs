using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ContactPlatform.Deliverability.ProviderWebhooks;

/// <summary>
/// SendGrid's signature: ECDSA over P-256 and SHA-256 of the time and the body, as they came. Only the public key is kept
/// here, so whoever has a copy of the database can sign nothing.
/// </summary>
public static class SendGridSignature
{
    /// <summary>Header of the signature: base64 of its ASN.1 form.</summary>
    public const string Header = "X-Twilio-Email-Event-Webhook-Signature";

    /// <summary>Header of the time that is signed with the body: seconds since 1970.</summary>
    public const string TimeHeader = "X-Twilio-Email-Event-Webhook-Timestamp";

    private const int MaximumKey = 300;
    private const int MaximumHeader = 200;

    /// <summary>Reads a public key as SendGrid shows it: base64 of its SubjectPublicKeyInfo. Null when it is none of P-256.</summary>
    public static byte[]? ReadKey(string text)
    {
        var bytes = new byte[MaximumKey];
        if (text.Length > MaximumKey || !Convert.TryFromBase64String(text.Trim(), bytes, out var length))
        {
            return null;
        }
        using var key = Import(bytes.AsSpan(0, length));
        return key is null ? null : bytes[..length];
    }

    /// <summary>True when the body was signed at that time with the key's other half, within the last day.</summary>
    public static bool Verify(byte[] publicKey, string signature, string timestamp, ReadOnlySpan<byte> body, DateTime now)
    {
        var bytes = new byte[MaximumHeader];
        if (signature.Length is 0 or > MaximumHeader || timestamp.Length is 0 or > 20 || !Convert.TryFromBase64String(signature, bytes, out var length)
            || !long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || !ProviderClock.IsRecent(seconds, now))
        {
            return false;
        }
        using var key = Import(publicKey);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes(timestamp));
        hash.AppendData(body);
        return key is not null && key.VerifyHash(hash.GetHashAndReset(), bytes.AsSpan(0, length), DSASignatureFormat.Rfc3279DerSequence);
    }

    private static ECDsa? Import(ReadOnlySpan<byte> spki)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(spki, out var read);
            if (read == spki.Length && key.KeySize == 256)
            {
                return key;
            }
        }
        catch (CryptographicException)
        {
            // No key: the caller says so.
        }
        key.Dispose();
        return null;
    }
}
