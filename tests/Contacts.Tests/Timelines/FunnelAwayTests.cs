using ContactPlatform.Contacts.Tests.FunnelProjection;

namespace ContactPlatform.Contacts.Tests.Timelines;

[Collection(FollowingCollection.Name)]
public sealed class FunnelAwayTests(FollowingFixture fixture)
{
    [Fact]
    public void While_Funnel_does_not_answer_a_timeline_is_told_and_says_so()
    {
        fixture.TimelineBeforeFunnel.FunnelAway.ShouldBeTrue();
        fixture.TimelineBeforeFunnel.Events.ShouldHaveSingleItem().EventCase.ShouldBe(V1.TimelineEvent.EventOneofCase.Created);
    }
}
