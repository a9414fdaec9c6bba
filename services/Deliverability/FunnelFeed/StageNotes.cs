using ContactPlatform.Common.V1;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Deliverability.WebhookDeliveries;
using ContactPlatform.ServiceDefaults.Requests;
using FunnelChange = ContactPlatform.Funnel.V1.StreamChangesResponse;

namespace ContactPlatform.Deliverability.FunnelFeed;

/// <summary>Tells webhooks what Funnel tells.</summary>
public static class StageNotes
{
    /// <summary>What a change of Funnel is to webhooks.</summary>
    public static IEnumerable<WebhookNote> Of(FunnelChange change)
    {
        var time = change.ChangeTime.ToDateTime();
        if (change.DefaultStageChanged is { } other)
        {
            yield return WebhookNote.Of(WebhookEventType.FunnelDefaultStageChanged, 0, time, change.Actor, change.RunId,
                data => data.DefaultStageChange = new() { FromStage = other.From, ToStage = other.To });
        }
        foreach (var move in change.StagesChanged?.Moves ?? [])
        {
            foreach (var contact in move.ContactIds)
            {
                yield return WebhookNote.Of(WebhookEventType.FunnelStageChanged, contact, time, change.Actor, change.RunId, data => data.StageChange = new()
                {
                    FromStage = move.From?.Stage ?? FunnelStage.Unspecified,
                    FromLost = move.From?.Lost == true,
                    ToStage = move.To?.Stage ?? FunnelStage.Unspecified,
                    ToLost = move.To?.Lost == true,
                    Cause = EnumWord.Of(change.StagesChanged!.Cause),
                });
            }
        }
    }
}
