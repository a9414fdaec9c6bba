using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ContactPlatform.Deliverability.WebhookDeliveries;

/// <summary>Signs calls as Standard Webhooks 1.0 has it, symmetrically (`v1`).</summary>
public static class WebhookSignature
{
    /// <summary>The signatures of a call.</summary>
    /// <param name="keys">What it is signed with, each by itself.</param>
    /// <param name="messageId">Its `webhook-id`.</param>
    /// <param name="seconds">Its `webhook-timestamp`.</param>
    /// <param name="body">Its body.</param>
    public static string Sign(IEnumerable<byte[]> keys, string messageId, long seconds, byte[] body)
    {
        byte[] content = [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{messageId}.{seconds}.")), .. body];
        return string.Join(' ', keys.Select(key => $"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, content))}"));
    }
}
