using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Erasures;

/// <summary>Keeps the service from starting without a key that hashes were made with: who was erased or unsubscribed under it would come back unseen.</summary>
public sealed class ErasureKeyCheck(IServiceScopeFactory scopes, ErasureKeys keys) : IHostedService
{
    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ContactsDbContext>();
        var used = await db.Tombstones.IgnoreQueryFilters().Select(t => t.KeyId).Union(db.Suppressions.IgnoreQueryFilters().Select(s => s.KeyId)).ToListAsync(cancellationToken);
        if (used.Except(keys.Ids).Order(StringComparer.Ordinal).ToList() is { Count: > 0 } missing)
        {
            throw new InvalidOperationException($"{string.Join(", ", missing.Select(id => $"{ErasureKeys.Section}:{id}"))} is not configured, and contacts were erased or unsubscribed under it");
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
