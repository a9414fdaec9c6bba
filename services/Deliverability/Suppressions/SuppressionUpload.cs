using ContactPlatform.Common.V1;
using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Addresses;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using Grpc.Core;

namespace ContactPlatform.Deliverability.Suppressions;

/// <summary>Reads an upload of addresses, and stores each message in a transaction of its own.</summary>
public sealed class SuppressionUpload(DeliverabilityDbContext db, SuppressionStore store)
{
    private const int MaximumOfMessage = 5_000;
    private const int MaximumOfUpload = 1_000_000;
    private const int ShownRefusals = 1_000;

    /// <summary>Reads an upload to its end.</summary>
    /// <exception cref="RefusalException">INVALID_FIELD, LIMIT_EXCEEDED; what was read before is stored.</exception>
    public async Task<UploadSuppressionsResponse> ReadAsync(IAsyncStreamReader<UploadSuppressionsRequest> parts, Actor actor, CancellationToken cancellationToken)
    {
        var reply = new UploadSuppressionsResponse();
        string? reason = null;
        var number = 0;
        while (await parts.MoveNext(cancellationToken))
        {
            var violations = new Violations();
            if (reason is null)
            {
                violations.Check(parts.Current.PartCase == UploadSuppressionsRequest.PartOneofCase.Start, "part", "is no start; the first message says what is said of all addresses");
                reason = violations.Text(parts.Current.Start?.Reason ?? "", "start.reason", AddressProto.MaximumReason);
                violations.ThrowIfAny();
                continue;
            }
            violations.Check(parts.Current.PartCase == UploadSuppressionsRequest.PartOneofCase.Addresses && parts.Current.Addresses.Addresses.Count > 0, "part",
                "has no addresses; every message but the first carries some");
            violations.ThrowIfAny();
            var texts = parts.Current.Addresses.Addresses;
            Violations.Limit(texts.Count, MaximumOfMessage, "addresses");
            Violations.Limit(number + texts.Count, MaximumOfUpload, "addresses of the upload");
            var read = new HashSet<string>();
            foreach (var text in texts)
            {
                number++;
                if (EmailAddress.TryNormalise(text, out var address) is not { } problem)
                {
                    reply.UnchangedCount += read.Add(address) ? 0 : 1;
                    continue;
                }
                reply.RefusedCount++;
                if (reply.Refusals.Count < ShownRefusals)
                {
                    reply.Refusals.Add(new SuppressionRefusal { Number = number, Problem = problem });
                }
            }
            var added = await AddAsync(read, reason, actor, cancellationToken);
            reply.AddedCount += added;
            reply.UnchangedCount += read.Count - added;
        }
        return reply;
    }

    private async Task<int> AddAsync(HashSet<string> read, string reason, Actor actor, CancellationToken cancellationToken)
    {
        if (read.Count == 0)
        {
            return 0;
        }
        db.ChangeTracker.Clear();
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        var added = await store.AddAsync(read, reason, actor, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return added;
    }
}
