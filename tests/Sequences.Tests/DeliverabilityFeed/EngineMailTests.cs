using ContactPlatform.Sequences.Tests.Sequences;
using ContactPlatform.Sequences.V1;

namespace ContactPlatform.Sequences.Tests.DeliverabilityFeed;

/// <summary>What becomes of the mails that the engine sends.</summary>
[Collection("platform")]
public sealed class EngineMailTests(PlatformFixture platform)
{
    [Fact]
    public async Task What_becomes_of_mails_that_were_sent_together_shows_on_each_enrolment()
    {
        var bed = await platform.EngineAsync();
        var sequence = await bed.CreateAsync(activate: false, null, Made.Mail(), Made.Call(1));
        long[] contacts = [await platform.CreateContactAsync(), await platform.CreateContactAsync()];
        var enrollments = await bed.EnrollAsync(sequence.SequenceId, contacts);
        await bed.Sequencing.ActivateSequenceAsync(new() { SequenceId = sequence.SequenceId }, bed.Headers);
        foreach (var enrollment in enrollments)
        {
            await UntilAsync(async () => (await bed.GetAsync(enrollment)).Standing.Contacted);
        }
        var figures = await new SequenceStatisticsService.SequenceStatisticsServiceClient(bed.Host.Service.Channel).GetSequenceStatisticsAsync(new() { SequenceId = sequence.SequenceId }, bed.Headers);
        figures.Mails.SentCount.ShouldBe(2);
        figures.Steps[0].Mails.SentCount.ShouldBe(2);
    }
}
