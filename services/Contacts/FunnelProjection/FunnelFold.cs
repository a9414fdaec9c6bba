using System.Text.Json;
using ContactPlatform.Common.V1;
using FunnelChange = ContactPlatform.Funnel.V1.StreamChangesResponse;

namespace ContactPlatform.Contacts.FunnelProjection;

/// <summary>
/// What changes of Funnel come to, taken together: of each contact and each account only the last one counts. So it does
/// not matter how changes are parted into batches, nor whether a batch is applied twice.
/// </summary>
public sealed class FunnelFold
{
    private readonly SortedDictionary<(long Account, long Contact), (FunnelStage Stage, bool Lost, DateTime Time)> stages = [];
    private readonly SortedDictionary<long, (FunnelStage Stage, DateTime Time)> defaults = [];

    /// <summary>Number of contacts.</summary>
    public int Contacts => stages.Count;

    /// <summary>Number of accounts whose default changed.</summary>
    public int Defaults => defaults.Count;

    /// <summary>Folds changes, in their order.</summary>
    public static FunnelFold Of(IEnumerable<FunnelChange> changes)
    {
        var fold = new FunnelFold();
        foreach (var change in changes)
        {
            fold.Add(change);
        }
        return fold;
    }

    /// <summary>How many contacts a change tells of; 10 for a change of few, since the change itself costs as well.</summary>
    public static int Size(FunnelChange change) => Math.Max(10, change.StagesChanged?.Moves.Sum(m => m.ContactIds.Count) ?? 0);

    /// <summary>The contacts by ascending account and id: the order in which rows are locked.</summary>
    public IReadOnlyList<(long Account, long Contact, short? Stage, bool Lost, DateTime Time)> StageRows() =>
        [.. stages.Select(s => (s.Key.Account, s.Key.Contact, s.Value.Stage == FunnelStage.Unspecified ? (short?)null : (short)s.Value.Stage, s.Value.Lost, Clock.Truncate(s.Value.Time)))];

    /// <summary>The defaults as JSON rows by ascending account.</summary>
    public string DefaultRows() => JsonSerializer.Serialize(defaults.Select(d => new { account_id = d.Key, stage = (short)d.Value.Stage, change_time = Json(d.Value.Time) }));

    private void Add(FunnelChange change)
    {
        var time = change.ChangeTime.ToDateTime();
        switch (change.ChangeCase)
        {
            case FunnelChange.ChangeOneofCase.StagesChanged:
                foreach (var move in change.StagesChanged.Moves)
                {
                    foreach (var id in move.ContactIds)
                    {
                        stages[(change.AccountId, id)] = (move.To?.Stage ?? FunnelStage.Unspecified, move.To?.Lost ?? false, time);
                    }
                }
                break;
            case FunnelChange.ChangeOneofCase.DefaultStageChanged:
                defaults[change.AccountId] = (change.DefaultStageChanged.To, time);
                break;
            default:
                break; // Kinds that came later tell of something that is not kept here.
        }
    }

    /// <summary>A time as both databases read it.</summary>
    public static string Json(DateTime time) => Clock.Truncate(time).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", System.Globalization.CultureInfo.InvariantCulture);
}
