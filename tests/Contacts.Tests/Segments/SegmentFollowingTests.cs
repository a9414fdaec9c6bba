using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.Tests.FunnelProjection;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Contacts.Tests.Segments;

/// <summary>Segments beside a Funnel: what was just done there counts, where the caller asks for it.</summary>
[Collection(FollowingCollection.Name)]
public sealed class SegmentFollowingTests(FollowingFixture fixture)
{
    [Fact]
    public async Task A_move_in_Funnel_counts_as_soon_as_a_read_asks_for_it()
    {
        var segments = new V1.SegmentService.SegmentServiceClient(fixture.Contacts.Service.Channel);
        var contact = await fixture.CreateAsync();
        var email = (await fixture.ContactService.GetContactAsync(new() { ContactId = contact }, fixture.Headers)).Contact.Email;
        var stages = new[] { FunnelStage.Engaged, FunnelStage.Customer, FunnelStage.LoyalCustomer, FunnelStage.Promoter };
        for (var i = 0; i < 20; i++)
        {
            var stage = stages[i % stages.Length];
            var token = (await fixture.Stages.SetStageAsync(new() { ContactId = contact, Stage = stage }, fixture.Headers)).ChangeToken;
            var set = new V1.ContactSet { Filter = $"email = {email} AND funnel.stage = \"{stage switch { FunnelStage.LoyalCustomer => "Loyal customer", _ => stage.ToString() }}\"" };
            switch (i % 4)
            {
                case 0:
                    (await segments.CountSegmentAsync(new() { Contacts = set, FunnelChangeToken = token }, fixture.Headers)).ContactCount.ShouldBe(1);
                    break;
                case 1:
                    (await segments.ListSegmentContactsAsync(new() { Contacts = set, FunnelChangeToken = token }, fixture.Headers)).Contacts.Single().ContactId.ShouldBe(contact);
                    break;
                case 2:
                    (await segments.ExplainContactAsync(new() { ContactId = contact, Contacts = set, FunnelChangeToken = token }, fixture.Headers)).Matches.ShouldBeTrue();
                    break;
                default:
                    (await segments.FreezeSegmentAsync(new() { Contacts = set, FunnelChangeToken = token }, fixture.Headers)).Snapshot.ContactCount.ShouldBe(1);
                    break;
            }
        }
    }

    [Fact]
    public async Task A_move_that_does_not_come_or_is_none_is_refused()
    {
        var segments = new V1.SegmentService.SegmentServiceClient(fixture.Contacts.Service.Channel);
        var set = new V1.ContactSet { Filter = "" };
        (await segments.CountSegmentAsync(new() { Contacts = set, FunnelChangeToken = "ffffffffffffffff-0000000000000001" }, fixture.Headers).ForAsync(CommonReasons.ProjectionBehind))["source"].ShouldBe("funnel");
        await segments.CountSegmentAsync(new() { Contacts = set, FunnelChangeToken = "soon" }, fixture.Headers).FieldsAsync("funnel_change_token");
        await segments.ListSegmentContactsAsync(new() { FunnelChangeToken = "soon" }, fixture.Headers).FieldsAsync("contacts", "funnel_change_token");
        await segments.StreamSegmentContactIds(new() { Contacts = set, FunnelChangeToken = "soon" }, fixture.Headers).FieldsAsync("funnel_change_token");
        await segments.FreezeSegmentAsync(new() { Contacts = set, FunnelChangeToken = "soon" }, fixture.Headers).FieldsAsync("funnel_change_token");
        await segments.ExplainContactAsync(new() { ContactId = 1, Contacts = set, FunnelChangeToken = "soon" }, fixture.Headers).FieldsAsync("funnel_change_token");
    }
}
