using System.Security.Cryptography;
using ContactPlatform.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.Tokens;

namespace ContactPlatform.Contacts.Access;

/// <summary>
/// The keys in memory: made at the first start, read again once a minute, followed by the next and dropped in time.
/// Replicas share the table; a key's number lets one of them win when several make the next at once.
/// </summary>
public sealed partial class SigningKeys(IServiceScopeFactory scopes, TimeProvider time, ILogger<SigningKeys> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private IReadOnlyList<Loaded> loaded = [];

    /// <summary>The key that signs now.</summary>
    public SigningCredentials Current
    {
        get
        {
            var all = Volatile.Read(ref loaded);
            var current = SigningKeyDecisions.Current(all.Select(l => l.Row), time.UtcNow()) ?? throw new InvalidOperationException("no signing key is active");
            return new(all.Single(l => l.Row == current).Key, SecurityAlgorithms.EcdsaSha256);
        }
    }

    /// <summary>All keys whose tokens may still be valid, or will be.</summary>
    public IReadOnlyList<ECDsaSecurityKey> Shown => [.. Volatile.Read(ref loaded).Select(l => l.Key)];

    /// <summary>Returns the keys with an id; all when it is empty.</summary>
    public IEnumerable<SecurityKey> Find(string keyId) => Shown.Where(k => string.IsNullOrEmpty(keyId) || k.KeyId == keyId);

    /// <summary>Makes sure that there is a key before the first call is taken.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await RefreshAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RefreshAsync(stoppingToken);
            }
            catch (Exception e) when (FaultTable.Find(e) is not null)
            {
                LogLater(e);
            }
        }
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ContactsDbContext>();
        var now = time.UtcNow();
        var rows = await db.SigningKeys.AsNoTracking().OrderBy(k => k.KeyNumber).ToListAsync(cancellationToken);
        if (SigningKeyDecisions.NextActivation(rows, now) is { } activation)
        {
            await MakeAsync(db, rows.Count == 0 ? 1 : rows[^1].KeyNumber + 1, now, activation, cancellationToken);
            rows = await db.SigningKeys.AsNoTracking().OrderBy(k => k.KeyNumber).ToListAsync(cancellationToken);
        }
        var retired = SigningKeyDecisions.Retired(rows, now);
        if (retired.Count > 0)
        {
            var last = retired.Max(k => k.KeyNumber);
            await db.SigningKeys.Where(k => k.KeyNumber <= last).ExecuteDeleteAsync(cancellationToken);
            rows.RemoveAll(retired.Contains);
        }
        // A key that is known already keeps its object: signatures in progress use it.
        var before = Volatile.Read(ref loaded);
        Volatile.Write(ref loaded, [.. rows.Select(row => before.FirstOrDefault(l => l.Row.KeyId == row.KeyId) ?? Loaded.Of(row))]);
    }

    private async Task MakeAsync(ContactsDbContext db, long number, DateTime now, DateTime activation, CancellationToken cancellationToken)
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var id = Convert.ToHexStringLower(SHA256.HashData(pair.ExportSubjectPublicKeyInfo()))[..32];
        db.SigningKeys.Add(new SigningKey { KeyNumber = number, KeyId = id, PrivateKey = pair.ExportPkcs8PrivateKey(), CreateTime = now, ActivateTime = activation });
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            LogMade(number, activation);
        }
        catch (DbUpdateException) when (db.SigningKeys.AsNoTracking().Any(k => k.KeyNumber == number))
        {
            // Another replica has made it meanwhile; its key is read next.
            db.ChangeTracker.Clear();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Made signing key {Number}, which signs from {Activation:O} on")]
    private partial void LogMade(long number, DateTime activation);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Signing keys are read again in a minute")]
    private partial void LogLater(Exception exception);

    private sealed record Loaded(SigningKey Row, ECDsaSecurityKey Key)
    {
        public static Loaded Of(SigningKey row)
        {
            var pair = ECDsa.Create();
            pair.ImportPkcs8PrivateKey(row.PrivateKey, out _);
            return new(row, new ECDsaSecurityKey(pair) { KeyId = row.KeyId });
        }
    }
}
