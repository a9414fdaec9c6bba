using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Contacts.Access;

/// <summary>Reads and writes access.proto.</summary>
public static class AccessProto
{
    private const int MaximumSecret = 200;
    private const int MaximumService = 40;

    /// <summary>Reads a request for a new key.</summary>
    /// <exception cref="RefusalException">INVALID_FIELD.</exception>
    public static (string DisplayName, IReadOnlyList<string> Scopes) Read(V1.CreateApiKeyRequest request)
    {
        var violations = new Violations();
        var name = violations.Text(request.DisplayName, "display_name", ApiKeySecret.MaximumName, 1);
        violations.Check(request.Scopes.Count > 0, "scopes", "is empty; at least one scope is required");
        for (var i = 0; i < request.Scopes.Count; i++)
        {
            violations.Check(Scopes.Grantable.Contains(request.Scopes[i]), $"scopes[{i}]",
                $"is no scope that a key can have; allowed are {string.Join(", ", Scopes.Grantable.Order(StringComparer.Ordinal))}");
        }
        violations.ThrowIfAny();
        return (name, request.Scopes);
    }

    /// <summary>Reads a key to exchange. Whether it has a key's form is not told apart from whether it is one.</summary>
    /// <exception cref="RefusalException">INVALID_FIELD.</exception>
    public static string Read(V1.ExchangeApiKeyRequest request)
    {
        var violations = new Violations();
        CheckSecret(violations, request.ApiKey, "api_key");
        violations.ThrowIfAny();
        return request.ApiKey;
    }

    /// <summary>Checks a service's request.</summary>
    /// <exception cref="RefusalException">INVALID_FIELD.</exception>
    public static void Check(V1.ExchangeServiceKeyRequest request)
    {
        var violations = new Violations();
        CheckSecret(violations, request.ServiceKey, "service_key");
        violations.Check(request.Service.Length is >= 1 and <= MaximumService && request.Service.All(char.IsAsciiLetterLower), "service",
            $"is no name of a service; expected 1 to {MaximumService} letters a to z");
        violations.Check(request.AccountId >= 0, "account_id", $"is {request.AccountId}; expected an account's id, or 0 for change feeds");
        violations.ThrowIfAny();
    }

    /// <summary>Writes a key.</summary>
    public static V1.ApiKey ToProto(this ApiKey key) => new()
    {
        ApiKeyId = key.ApiKeyId,
        DisplayName = key.DisplayName,
        Scopes = { key.Scopes.Split(' ') },
        CreateTime = Timestamp.FromDateTime(key.CreateTime),
        RevokeTime = key.RevokeTime is { } time ? Timestamp.FromDateTime(time) : null,
        Prefix = key.Prefix,
    };

    private static void CheckSecret(Violations violations, string value, string field)
    {
        violations.Check(value.Length > 0, field, "is empty; a key is required");
        violations.Check(value.Length <= MaximumSecret, field, $"has {value.Length} characters; at most {MaximumSecret} are allowed");
    }
}
