using ContactPlatform.ServiceDefaults.Data;

namespace ContactPlatform.Contacts.Access;

/// <summary>An API key as stored: the key itself is not.</summary>
public sealed class ApiKey : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>Id from the database's sequence.</summary>
    public long ApiKeyId { get; init; }

    /// <summary>Name for people.</summary>
    public required string DisplayName { get; init; }

    /// <summary>Its scopes, separated by blanks, in ordinal order.</summary>
    public required string Scopes { get; init; }

    /// <summary>First characters of the key.</summary>
    public required string Prefix { get; init; }

    /// <summary>SHA-256 of the key. A key has more than 256 random bits, so a slow hash would add nothing.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>When it was created, UTC.</summary>
    public DateTime CreateTime { get; init; }

    /// <summary>When it was revoked, UTC; null while valid.</summary>
    public DateTime? RevokeTime { get; set; }
}
