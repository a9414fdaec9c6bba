using ContactPlatform.Funnel.LabelRules;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Funnel.Previews;

/// <summary>Compares a label's members with those that a preview saw, both ascending, a piece of each in memory.</summary>
public sealed class PreviewComparison
{
    /// <summary>Contacts named of each kind.</summary>
    public const int SampleSize = 20;

    private readonly LabelRuleTargets targets;
    private readonly long previewId;
    private readonly MembersDifference difference = new();
    private long[] previewed = [];
    private int at;
    private int nextChunk;

    private PreviewComparison(LabelRuleTargets targets, long previewId) => (this.targets, this.previewId) = (targets, previewId);

    /// <summary>Begins.</summary>
    /// <exception cref="RefusalException">PREVIEW_TOKEN_INVALID: the preview is gone, as its time ran out while its run was asked for.</exception>
    public static async Task<PreviewComparison> OpenAsync(FunnelDbContext db, LabelRuleTargets targets, long previewId, CancellationToken cancellationToken) =>
        await db.LabelRulePreviews.AnyAsync(p => p.PreviewId == previewId, cancellationToken) ? new(targets, previewId)
            : throw new RefusalException(new Refusal(FunnelReasons.PreviewTokenInvalid, "the preview has expired; preview the rule again"));

    /// <summary>Compares the next members.</summary>
    public async Task AddAsync(long[] members, CancellationToken cancellationToken)
    {
        foreach (var member in members)
        {
            while (await MoreAsync(cancellationToken) && previewed[at] < member)
            {
                Removed(previewed[at++]);
            }
            if (at < previewed.Length && previewed[at] == member)
            {
                at++;
            }
            else
            {
                Note(difference.AddedContactIds, member);
                difference.AddedCount++;
            }
        }
    }

    /// <summary>Ends: what was previewed and did not come is gone.</summary>
    /// <returns>The difference; null when there is none.</returns>
    public async Task<MembersDifference?> EndAsync(CancellationToken cancellationToken)
    {
        while (await MoreAsync(cancellationToken))
        {
            Removed(previewed[at++]);
        }
        return difference.AddedCount + difference.RemovedCount > 0 ? difference : null;
    }

    /// <summary>Fetches the next piece when the present one is used up; false when none is left.</summary>
    private async ValueTask<bool> MoreAsync(CancellationToken cancellationToken)
    {
        if (at == previewed.Length && nextChunk >= 0)
        {
            (previewed, at) = (await targets.ReadAsync(previewId, nextChunk, cancellationToken) ?? [], 0);
            nextChunk = previewed.Length > 0 ? nextChunk + 1 : -1;
        }
        return at < previewed.Length;
    }

    private void Removed(long contact)
    {
        Note(difference.RemovedContactIds, contact);
        difference.RemovedCount++;
    }

    private static void Note(Google.Protobuf.Collections.RepeatedField<long> sample, long contact)
    {
        if (sample.Count < SampleSize)
        {
            sample.Add(contact);
        }
    }
}
