using ContactPlatform.Contacts.Contacts;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Timelines;

/// <summary>Serves TimelineService.</summary>
public sealed class TimelineEndpoint(ContactsDbContext db, ContactStore contacts, TimelineReader reader, FunnelPresence funnel) : TimelineService.TimelineServiceBase
{
    /// <inheritdoc/>
    public override async Task<GetTimelineResponse> GetTimeline(GetTimelineRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var violations = new Violations();
        var id = violations.Id(request.ContactId, "contact_id");
        var page = Page.Read(request.PageSize, request.PageToken, violations, "GetTimeline", id);
        violations.ThrowIfAny();
        if (!await db.Contacts.AnyAsync(c => c.ContactId == id, cancel))
        {
            throw new RefusalException(await contacts.MissingAsync(id, cancel));
        }
        var (events, next) = page.Cut(await reader.ReadAsync(await reader.ContactIdsAsync(id, cancel), page.After, page.Size + 1, cancel), e => e.TimelineEventId);
        await reader.NameAsync(events, cancel);
        return new() { Events = { events }, NextPageToken = next, FunnelAway = await funnel.IsAwayAsync(cancel) };
    }
}
