using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Erasures;

/// <summary>Keeps the service from starting without a key that hashes were made with: what was erased under it would come back unseen.</summary>
public sealed class ErasureKeyCheck(IServiceScopeFactory scopes, ErasureKeys keys) : IHostedService
{
    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var used = await scope.ServiceProvider.GetRequiredService<ContactsDbContext>().Tombstones.IgnoreQueryFilters()
            .Select(t => t.KeyId).Distinct().ToListAsync(cancellationToken);
        if (used.Except(keys.Ids).Order(StringComparer.Ordinal).ToList() is { Count: > 0 } missing)
        {
            throw new InvalidOperationException($"{string.Join(", ", missing.Select(id => $"{ErasureKeys.Section}:{id}"))} is not configured, and contacts were erased under it");
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
