using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.LabelRules;
using ContactPlatform.Funnel.Stages;
using ContactPlatform.Funnel.V1;

namespace ContactPlatform.Funnel.Previews;

/// <summary>Counts what a run of a rule would do with contacts; <see cref="StageStore"/>'s statement for many contacts does the same.</summary>
/// <param name="rule">The rule.</param>
public sealed class PreviewTally(LabelRuleRow rule)
{
    /// <summary>Contacts named.</summary>
    public const int SampleSize = 20;

    private readonly Dictionary<(FunnelStage? Stage, bool Lost), long> moves = [];
    private readonly Dictionary<string, long> skipped = [];
    private readonly List<PreviewContact> sample = [];
    private long total;
    private long unchanged;

    /// <summary>Counts contacts.</summary>
    /// <param name="ids">The contacts, ascending.</param>
    /// <param name="rows">Those of them that Funnel has heard of; the others a run adds, without a stage.</param>
    public void Add(long[] ids, IReadOnlyDictionary<long, ContactStageRow> rows)
    {
        total += ids.Length;
        foreach (var id in ids)
        {
            var row = rows.GetValueOrDefault(id);
            if (row is { DeleteTime: not null })
            {
                Skip(FunnelReasons.ContactNotFound.Name);
            }
            else if (row is { RecordInactive: true })
            {
                Skip(FunnelReasons.RecordInactive.Name);
            }
            else if (row is { Lost: false } && row.Stage == rule.Stage)
            {
                unchanged++;
            }
            else
            {
                Move(id, (row?.Stage, row?.Lost ?? false));
            }
        }
    }

    /// <summary>Shows what was counted.</summary>
    public LabelRulePreview ToProto() => new()
    {
        LabelRuleId = rule.LabelRuleId,
        LabelId = rule.LabelId,
        Stage = rule.Stage,
        TotalCount = total,
        ChangedCount = moves.Values.Sum(),
        UnchangedCount = unchanged,
        SkipCounts = { skipped.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => new SkipCount { Reason = s.Key, Count = s.Value }) },
        LostCount = moves.Where(m => m.Key.Lost).Sum(m => m.Value),
        Moves =
        {
            moves.OrderByDescending(m => m.Value).ThenBy(m => m.Key.Stage ?? 0).ThenBy(m => m.Key.Lost).Select(m => new PreviewMove
            {
                From = StageProto.Status(m.Key.Stage, m.Key.Lost),
                To = StageProto.Status(rule.Stage, false),
                ContactCount = m.Value,
            }),
        },
        SampleContacts = { sample },
    };

    private void Skip(string reason) => skipped[reason] = skipped.GetValueOrDefault(reason) + 1;

    private void Move(long id, (FunnelStage? Stage, bool Lost) from)
    {
        moves[from] = moves.GetValueOrDefault(from) + 1;
        if (sample.Count < SampleSize)
        {
            sample.Add(new() { ContactId = id, From = StageProto.Status(from.Stage, from.Lost) });
        }
    }
}
