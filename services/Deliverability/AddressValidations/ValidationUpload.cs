using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.AddressValidations;

/// <summary>What an upload has brought.</summary>
/// <param name="RunId">The run that its items are written for.</param>
/// <param name="Name">The validation's name.</param>
/// <param name="RequestId">The caller's id of the request.</param>
/// <param name="Count">Its items.</param>
/// <param name="Hash">SHA-256 of all that was sent.</param>
public sealed record UploadedAddresses(long RunId, string Name, string RequestId, long Count, byte[] Hash);

/// <summary>Reads addresses as they come, and writes those that did not come before, each message in a transaction of its own: a long one would hold the change feed up.</summary>
public sealed class ValidationUpload(DeliverabilityDbContext db, ValidationStore store, IdSequence ids)
{
    /// <summary>Addresses in a message.</summary>
    public const int MaximumOfMessage = 2_000;

    private const int MaximumOfUpload = 1_000_000;

    /// <summary>Reads an upload to its end. What it has written goes when that fails.</summary>
    /// <exception cref="RefusalException">INVALID_FIELD, LIMIT_EXCEEDED.</exception>
    public async Task<UploadedAddresses> ReadAsync(IAsyncStreamReader<UploadAddressValidationRequest> parts, CancellationToken cancellationToken)
    {
        var runId = await ids.NextRisingAsync(cancellationToken);
        try
        {
            return await ReadAsync(runId, parts, cancellationToken);
        }
        catch
        {
            await DropAsync(runId);
            throw;
        }
    }

    /// <summary>Forgets what an upload has written. Also when its caller has gone.</summary>
    public Task DropAsync(long runId) => db.ValidationItems.Where(i => i.RunId == runId).ExecuteDeleteAsync(CancellationToken.None);

    /// <summary>An address as it is kept, and compared with others of the same validation.</summary>
    public static string Input(string text)
    {
        var trimmed = text.Trim();
        // PostgreSQL has no NUL in texts, and half a character is none.
        var kept = trimmed.Length <= ValidationItemRow.MaximumInput ? trimmed : trimmed[..(char.IsHighSurrogate(trimmed[ValidationItemRow.MaximumInput - 1]) ? ValidationItemRow.MaximumInput - 1 : ValidationItemRow.MaximumInput)];
        return kept.Replace('\0', '\uFFFD');
    }

    private async Task<UploadedAddresses> ReadAsync(long runId, IAsyncStreamReader<UploadAddressValidationRequest> parts, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (seen, all, name, requestId) = (new HashSet<UInt128>(), 0, "", "");
        for (var first = true; await parts.MoveNext(cancellationToken); first = false)
        {
            var (part, violations) = (parts.Current, new Violations());
            if (first)
            {
                violations.Check(part.PartCase == UploadAddressValidationRequest.PartOneofCase.Start, "part", "is no start; the first message says what the upload is for");
                name = violations.Text(part.Start?.DisplayName ?? "", "start.display_name", ValidationRow.MaximumName);
                requestId = part.Start?.RequestId ?? "";
                violations.Check(requestId.Trim().Length is >= 1 and <= 64, "start.request_id", $"has {requestId.Trim().Length} characters; 1 to 64 are required");
                violations.ThrowIfAny();
                Add(hash, name);
                continue;
            }
            violations.Check(part.PartCase == UploadAddressValidationRequest.PartOneofCase.Addresses && part.Addresses.Addresses.Count > 0, "part", "has no addresses; every message but the first carries some");
            violations.ThrowIfAny();
            var texts = part.Addresses.Addresses;
            Violations.Limit(texts.Count, MaximumOfMessage, "addresses");
            Violations.Limit(all += texts.Count, MaximumOfUpload, "addresses of the upload");
            var before = seen.Count;
            var fresh = new List<(long, string)>(texts.Count);
            foreach (var text in texts)
            {
                Add(hash, text);
                if (seen.Add(Key(Input(text))))
                {
                    fresh.Add((0, Input(text)));
                }
            }
            await using var transaction = await db.BeginBulkAsync(cancellationToken);
            await store.AddItemsAsync(runId, before + 1, fresh, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        var end = new Violations();
        end.Check(seen.Count > 0, "part", "is missing; a start and at least one address are required");
        end.ThrowIfAny();
        return new(runId, name, requestId.Trim(), seen.Count, hash.GetHashAndReset());
    }

    /// <summary>Stands for an address: 128 bits, so that a million of them are held in little room.</summary>
    private static UInt128 Key(string input) => BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(input)));

    private static void Add(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
