using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Npgsql;

namespace ContactPlatform.Testing.Faults;

/// <summary>Tokens made from a good one: broken, forged, expired, or with other claims under the platform's own signature.</summary>
internal static class AuthTokens
{
    /// <summary>Tokens that nobody may come in with, each with what it is.</summary>
    public static async Task<List<(string What, string? Token)>> BadAsync(FaultBed bed, string good, CancellationToken cancellationToken)
    {
        var parts = good.Split('.');
        var forged = Encode(Encoding.UTF8.GetBytes(Text(parts[1]).Replace("\"account_id\":1", "\"account_id\":2", StringComparison.Ordinal)));
        using var nobodys = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var hour = TimeProvider.System.GetUtcNow().AddHours(-1).ToUnixTimeSeconds();
        return
        [
            ("no token", null),
            ("garbage", "garbage"),
            ("garbage in three parts", "a.b.c"),
            ("alg none", $"{Encode("""{"alg":"none","typ":"JWT"}"""u8)}.{parts[1]}."),
            ("a changed account", $"{parts[0]}.{forged}.{parts[2]}"),
            ("a forged signature", $"{parts[0]}.{parts[1]}.{Encode(nobodys.SignData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), HashAlgorithmName.SHA256))}"),
            ("an expired token", await SignedAsync(bed, good, claims => (claims["iat"], claims["nbf"], claims["exp"]) = (hour - 900, hour - 900, hour), cancellationToken)),
        ];
    }

    /// <summary>Makes another token like a good one, with the platform's own key out of its database.</summary>
    public static async Task<string> SignedAsync(FaultBed bed, string good, Action<JsonNode> change, CancellationToken cancellationToken)
    {
        var parts = good.Split('.');
        var claims = JsonNode.Parse(Text(parts[1]))!;
        change(claims);
        await using var connection = new NpgsqlConnection(bed.Stack.Contacts.Database.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand("SELECT private_key FROM signing_keys WHERE key_id = @id", connection);
        command.Parameters.AddWithValue("id", (string)JsonNode.Parse(Text(parts[0]))!["kid"]!);
        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey((byte[])(await command.ExecuteScalarAsync(cancellationToken))!, out _);
        var signed = $"{parts[0]}.{Encode(Encoding.UTF8.GetBytes(claims.ToJsonString()))}";
        return $"{signed}.{Encode(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    private static string Text(string part) => Encoding.UTF8.GetString(Base64Url.DecodeFromChars(part));

    private static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);
}
