using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ContactPlatform.Funnel.LabelRules;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Runs;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Funnel.Previews;

/// <summary>Keeps the sets of previews while their tokens live.</summary>
public sealed class PreviewStore(FunnelDbContext db, LabelRuleTargets targets, LabelMembers members, IdSequence ids, TimeProvider time)
{
    /// <summary>Previews of an account at a time: bounds what is kept.</summary>
    public const int Maximum = 20;

    /// <summary>How long a token lives.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>Reads the members of a rule's label, hands each piece on, and keeps them under a token.</summary>
    /// <exception cref="RefusalException">LABEL_NOT_FOUND, SERVICE_UNAVAILABLE, LIMIT_EXCEEDED.</exception>
    public async Task<(string Token, DateTime Time, DateTime ExpireTime)> TakeAsync(LabelRuleRow rule, Func<long[], Task> each, CancellationToken cancellationToken)
    {
        var now = time.Now();
        await MakeRoomAsync(now, cancellationToken);
        var preview = new PreviewRow
        {
            AccountId = rule.AccountId,
            PreviewId = await ids.NextAsync(cancellationToken),
            LabelRuleId = rule.LabelRuleId,
            CreateTime = now,
            ExpireTime = now + Lifetime,
        };
        // First, so that whatever is broken off below is swept when it expires. No transaction is held open meanwhile.
        db.LabelRulePreviews.Add(preview);
        await db.SaveChangesAsync(cancellationToken);
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        digest.AppendData(MemoryMarshal.AsBytes<long>([rule.AccountId, rule.LabelRuleId, rule.LabelId, (long)rule.Stage]));
        var chunks = new List<long[]>(LabelRuleSnapshot.ChunksPerWrite);
        var written = 0;
        await foreach (var chunk in members.ChunksAsync(rule.AccountId, rule.LabelId, cancellationToken))
        {
            digest.AppendData(MemoryMarshal.AsBytes<long>(chunk));
            chunks.Add(chunk);
            if (chunks.Count == LabelRuleSnapshot.ChunksPerWrite)
            {
                await FlushAsync();
            }
        }
        await FlushAsync();
        var hash = digest.GetHashAndReset();
        await db.LabelRulePreviews.Where(p => p.PreviewId == preview.PreviewId)
            .ExecuteUpdateAsync(set => set.SetProperty(p => p.Digest, hash), cancellationToken);
        return (Token(preview.PreviewId, hash), now, preview.ExpireTime);

        async Task FlushAsync()
        {
            await targets.WriteAsync(preview.PreviewId, written, chunks, cancellationToken);
            written += chunks.Count;
            foreach (var chunk in chunks)
            {
                await each(chunk);
            }
            chunks.Clear();
        }
    }

    /// <summary>Finds the preview of a token.</summary>
    /// <exception cref="RefusalException">PREVIEW_TOKEN_INVALID.</exception>
    public async Task<long> FindAsync(LabelRuleRow rule, string token, CancellationToken cancellationToken)
    {
        var now = time.Now();
        if (token.Length <= 100 && Base64Url.IsValid(token) && Base64Url.DecodeFromChars(token) is { Length: > sizeof(long) } bytes)
        {
            var id = BinaryPrimitives.ReadInt64BigEndian(bytes);
            var digest = await db.LabelRulePreviews.Where(p => p.PreviewId == id && p.LabelRuleId == rule.LabelRuleId && p.ExpireTime > now)
                .Select(p => p.Digest).SingleOrDefaultAsync(cancellationToken);
            if (digest is not null && Token(id, digest) == token)
            {
                return id;
            }
        }
        throw new RefusalException(Invalid(rule.LabelRuleId));
    }

    /// <summary>The refusal of a token.</summary>
    public static Refusal Invalid(long ruleId) =>
        new Refusal(FunnelReasons.PreviewTokenInvalid, "the token was not issued for a preview of this rule, or has expired; preview the rule again").With("label_rule_id", ruleId);

    /// <summary>Drops expired previews of all accounts, and the oldest of this one when it has as many as it may; never one that a run waits with.</summary>
    private async Task MakeRoomAsync(DateTime now, CancellationToken cancellationToken)
    {
        var awaited = db.Runs.IgnoreQueryFilters().Where(r => r.State == RunState.Queued || r.State == RunState.Running)
            .Join(db.LabelRuleRuns.IgnoreQueryFilters().Where(d => d.PreviewId != 0), r => r.RunId, d => d.RunId, (_, d) => d.PreviewId);
        var free = db.LabelRulePreviews.IgnoreQueryFilters().Where(p => !awaited.Contains(p.PreviewId));
        var drop = await free.Where(p => p.ExpireTime <= now).Select(p => p.PreviewId).ToListAsync(cancellationToken);
        var kept = await db.LabelRulePreviews.CountAsync(p => !drop.Contains(p.PreviewId), cancellationToken);
        if (kept >= Maximum)
        {
            var oldest = await free.Where(p => p.AccountId == db.AccountId && !drop.Contains(p.PreviewId)).OrderBy(p => p.PreviewId)
                .Select(p => p.PreviewId).Take(kept - Maximum + 1).ToListAsync(cancellationToken);
            // All are awaited: as many runs are queued.
            Violations.Limit(kept - oldest.Count + 1, Maximum, "previews");
            drop.AddRange(oldest);
        }
        if (drop.Count > 0)
        {
            // The sets first: what is left after a crash in between is still found by its preview.
            await db.LabelRuleTargets.IgnoreQueryFilters().Where(t => drop.Contains(t.RunId)).ExecuteDeleteAsync(cancellationToken);
            await db.LabelRulePreviews.IgnoreQueryFilters().Where(p => drop.Contains(p.PreviewId)).ExecuteDeleteAsync(cancellationToken);
        }
    }

    private static string Token(long previewId, byte[] digest)
    {
        var bytes = new byte[sizeof(long) + digest.Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes, previewId);
        digest.CopyTo(bytes, sizeof(long));
        return Base64Url.EncodeToString(bytes);
    }
}
