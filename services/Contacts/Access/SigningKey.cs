namespace ContactPlatform.Contacts.Access;

/// <summary>
/// A key pair that signs tokens, shared by all replicas. The one table without an account: the tokens of all accounts
/// are signed with the same key. The private half is protected as the database is.
/// </summary>
public sealed class SigningKey
{
    /// <summary>1 for the first key, then one more for each: so only one of many replicas can make the next.</summary>
    public long KeyNumber { get; init; }

    /// <summary>The `kid` of its tokens: made from the public key, so that no two keys ever share one.</summary>
    public required string KeyId { get; init; }

    /// <summary>The pair in PKCS#8 (RFC 5208), P-256.</summary>
    public required byte[] PrivateKey { get; init; }

    /// <summary>When it was made, UTC.</summary>
    public DateTime CreateTime { get; init; }

    /// <summary>From when on it signs, UTC; its public half is shown before, so that every reader has it by then.</summary>
    public DateTime ActivateTime { get; init; }
}
