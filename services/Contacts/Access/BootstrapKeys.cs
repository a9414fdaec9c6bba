using System.Globalization;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Access;

/// <summary>
/// Makes sure at start that the API keys of `Access:BootstrapKeys:{account_id}` exist, with all scopes that a key can
/// have: the first key of an account cannot be made by a key. One that was revoked stays so.
/// </summary>
public sealed partial class BootstrapKeys(IServiceScopeFactory scopes, IConfiguration configuration, IdSequence ids, TimeProvider time, ILogger<BootstrapKeys> logger) : IHostedService
{
    private const string Section = "Access:BootstrapKeys";

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var entry in configuration.GetSection(Section).GetChildren())
        {
            if (!long.TryParse(entry.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var account) || account <= 0 || entry.Value is not { Length: ApiKeySecret.Length } secret)
            {
                throw new InvalidOperationException($"{Section}:{entry.Key}: expected an account's id and a key of {ApiKeySecret.Length} characters");
            }
            await EnsureAsync(account, secret, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task EnsureAsync(long account, string secret, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ContactsDbContext>();
        var hash = ApiKeySecret.Hash(secret);
        var all = string.Join(' ', Scopes.Grantable.Order(StringComparer.Ordinal));
        if (await OwnerAsync(db, hash, cancellationToken) is null)
        {
            db.ApiKeys.Add(new ApiKey
            {
                AccountId = account,
                ApiKeyId = await ids.NextAsync(cancellationToken),
                DisplayName = "bootstrap",
                Scopes = all,
                Prefix = ApiKeySecret.Prefix(secret),
                Hash = hash,
                CreateTime = time.UtcNow(),
            });
            try
            {
                await db.SaveChangesAsync(cancellationToken);
                LogMade(account);
            }
            catch (DbUpdateException) when (db.ApiKeys.IgnoreQueryFilters().Any(k => k.Hash == hash))
            {
                // Another replica starts at the same time and was first.
                db.ChangeTracker.Clear();
            }
        }
        if (await OwnerAsync(db, hash, cancellationToken) is { } owner && owner != account)
        {
            throw new InvalidOperationException($"{Section}:{account}: this key belongs to another account");
        }
        // One from before a scope was added gets it.
        await db.ApiKeys.IgnoreQueryFilters().Where(k => k.Hash == hash && k.Scopes != all).ExecuteUpdateAsync(set => set.SetProperty(k => k.Scopes, all), cancellationToken);
    }

    private static Task<long?> OwnerAsync(ContactsDbContext db, byte[] hash, CancellationToken cancellationToken) =>
        db.ApiKeys.IgnoreQueryFilters().Where(k => k.Hash == hash).Select(k => (long?)k.AccountId).SingleOrDefaultAsync(cancellationToken);

    [LoggerMessage(Level = LogLevel.Information, Message = "Made the first API key of account {Account}")]
    private partial void LogMade(long account);
}
