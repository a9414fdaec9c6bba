using System.Security.Cryptography;
using ContactPlatform.Deliverability.ProviderWebhooks;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Deliverability.Webhooks;

/// <summary>
/// What calls are signed with: 256 bits, kept encrypted under `Secrets:Keys` for this one webhook, and shown in the form of
/// Standard Webhooks.
/// </summary>
public sealed class WebhookSecrets(SecretKeys keys)
{
    private const string Prefix = "whsec_";
    private const int Bytes = 32;

    /// <summary>Makes a secret.</summary>
    /// <exception cref="RefusalException">WEBHOOK_SECRETS_NOT_CONFIGURED.</exception>
    public (string KeyId, byte[] Sealed) Make(long accountId, long webhookId) => keys.Configured
        ? keys.Seal(RandomNumberGenerator.GetBytes(Bytes), Place(accountId, webhookId))
        : throw new RefusalException(new Refusal(DeliverabilityReasons.WebhookSecretsNotConfigured, "the service has no key under which a webhook's secret could be kept")
            .From("no Secrets:Keys", "keep a secret", "configure Secrets:Keys"));

    /// <summary>Shows the webhook's secret as its owner enters it.</summary>
    public string Show(WebhookRow row) => Prefix + Convert.ToBase64String(keys.Open(row.KeyId, row.Secret, Place(row.AccountId, row.WebhookId)));

    /// <summary>The keys that a call is signed with at a time, the newest first.</summary>
    public IReadOnlyList<byte[]> At(WebhookRow row, DateTime now)
    {
        var place = Place(row.AccountId, row.WebhookId);
        var newest = keys.Open(row.KeyId, row.Secret, place);
        return row is { FormerSecret: { } former, FormerKeyId: { } keyId } && row.OverlapEndTime > now ? [newest, keys.Open(keyId, former, place)] : [newest];
    }

    private static string Place(long accountId, long webhookId) => FormattableString.Invariant($"webhook {accountId} {webhookId}");
}
