using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Hosting;
using ContactPlatform.ServiceDefaults.Paging;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Access;

/// <summary>Serves AccessService.</summary>
public sealed class AccessEndpoint(ContactsDbContext db, IdSequence ids, TokenIssuer tokens, IConfiguration configuration, TimeProvider time) : V1.AccessService.AccessServiceBase
{
    /// <inheritdoc/>
    public override async Task<V1.CreateApiKeyResponse> CreateApiKey(V1.CreateApiKeyRequest request, ServerCallContext context)
    {
        var (name, asked) = AccessProto.Read(request);
        var held = (context.GetHttpContext().User.FindFirst(PlatformClaims.Scope)?.Value ?? "").Split(' ').ToHashSet(StringComparer.Ordinal);
        var scopes = AccessDecisions.Grant([.. asked], held).OrThrow();
        var secret = ApiKeySecret.New();
        var key = new ApiKey
        {
            AccountId = Caller.Of(context).AccountId,
            ApiKeyId = await ids.NextAsync(context.CancellationToken),
            DisplayName = name,
            Scopes = scopes,
            Prefix = ApiKeySecret.Prefix(secret),
            Hash = ApiKeySecret.Hash(secret),
            CreateTime = time.UtcNow(),
        };
        db.ApiKeys.Add(key);
        await db.SaveChangesAsync(context.CancellationToken);
        return new() { ApiKey = key.ToProto(), Secret = secret };
    }

    /// <inheritdoc/>
    public override async Task<V1.ListApiKeysResponse> ListApiKeys(V1.ListApiKeysRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var page = Page.Read(request.PageSize, request.PageToken, violations, "ListApiKeys");
        violations.ThrowIfAny();
        var after = page.After ?? 0;
        var (rows, next) = page.Cut(await db.ApiKeys.AsNoTracking().Where(k => k.ApiKeyId > after).OrderBy(k => k.ApiKeyId)
            .Take(page.Size + 1).ToListAsync(context.CancellationToken), k => k.ApiKeyId);
        return new() { ApiKeys = { rows.Select(k => k.ToProto()) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<V1.RevokeApiKeyResponse> RevokeApiKey(V1.RevokeApiKeyRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Id(request.ApiKeyId, "api_key_id");
        violations.ThrowIfAny();
        var now = time.UtcNow();
        // Conditional, so that of two revocations at once the first one's time stays.
        await db.ApiKeys.Where(k => k.ApiKeyId == id && k.RevokeTime == null)
            .ExecuteUpdateAsync(set => set.SetProperty(k => k.RevokeTime, now), context.CancellationToken);
        var key = await db.ApiKeys.AsNoTracking().SingleOrDefaultAsync(k => k.ApiKeyId == id, context.CancellationToken)
            ?? throw new RefusalException(new Refusal(ContactsReasons.ApiKeyNotFound, $"there is no API key {id}").With("api_key_id", id));
        return new() { ApiKey = key.ToProto() };
    }

    /// <inheritdoc/>
    public override async Task<V1.ExchangeApiKeyResponse> ExchangeApiKey(V1.ExchangeApiKeyRequest request, ServerCallContext context)
    {
        var hash = ApiKeySecret.Hash(AccessProto.Read(request));
        // Nobody has said yet whose key it is, so all accounts' keys are looked at.
        var key = await db.ApiKeys.IgnoreQueryFilters().AsNoTracking().SingleOrDefaultAsync(k => k.Hash == hash && k.RevokeTime == null, context.CancellationToken);
        if (key is null)
        {
            throw new RefusalException(AccessDecisions.Invalid("a key as CreateApiKey returned it"));
        }
        var (token, expires) = tokens.Issue($"key:{key.ApiKeyId}", key.DisplayName, key.AccountId, key.Scopes.Split(' '));
        return new() { AccessToken = token, ExpireTime = Timestamp.FromDateTime(expires) };
    }

    /// <inheritdoc/>
    public override Task<V1.ExchangeServiceKeyResponse> ExchangeServiceKey(V1.ExchangeServiceKeyRequest request, ServerCallContext context)
    {
        AccessProto.Check(request);
        if (!AccessDecisions.SameSecret(request.ServiceKey, configuration["Access:ServiceKey"]))
        {
            throw new RefusalException(AccessDecisions.Invalid("the service key that all services of the platform share"));
        }
        var (token, expires) = tokens.Issue($"service:{request.Service}", request.Service, request.AccountId, AccessDecisions.ForService(request.AccountId));
        return Task.FromResult(new V1.ExchangeServiceKeyResponse { AccessToken = token, ExpireTime = Timestamp.FromDateTime(expires) });
    }
}
