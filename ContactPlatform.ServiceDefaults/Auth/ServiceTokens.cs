using ContactPlatform.ServiceDefaults.Times;
using System.Collections.Concurrent;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Hosting;
using Grpc.Core;
using Microsoft.Extensions.Configuration;

namespace ContactPlatform.ServiceDefaults.Auth;

/// <summary>Gets tokens for work that a service does by itself: exchanges `Access:ServiceKey` at Contacts, and keeps them until shortly before they expire.</summary>
public sealed class ServiceTokens(AccessService.AccessServiceClient access, ServiceName service, IConfiguration configuration, TimeProvider time)
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);
    private readonly ConcurrentDictionary<long, (string Token, DateTimeOffset Expires)> tokens = new();

    /// <summary>Returns call headers with a token for an account, or for change feeds when the account is 0.</summary>
    public async Task<Metadata> HeadersAsync(long accountId, CancellationToken cancellationToken)
    {
        if (!tokens.TryGetValue(accountId, out var held) || held.Expires - Margin <= time.Machine().GetUtcNow())
        {
            var reply = await access.ExchangeServiceKeyAsync(new ExchangeServiceKeyRequest
            {
                ServiceKey = configuration["Access:ServiceKey"] ?? throw new InvalidOperationException("Access:ServiceKey is not configured"),
                Service = service.Value,
                AccountId = accountId,
            }, cancellationToken: cancellationToken);
            held = (reply.AccessToken, reply.ExpireTime.ToDateTimeOffset());
            tokens[accountId] = held;
        }
        return new Metadata { { "authorization", $"Bearer {held.Token}" } };
    }

    /// <summary>Forgets an account's token, after it was refused.</summary>
    public void Forget(long accountId) => tokens.TryRemove(accountId, out _);
}
