using ContactPlatform.Sequences.V1;
using ContactPlatform.Testing;

namespace ContactPlatform.Eng.Tests.Cli;

/// <summary>What the command line shows of sequences.</summary>
public sealed class SequenceFiguresCliTests : CliCase
{
    [Fact]
    public async Task Figures_are_shown_by_step_and_what_does_not_hold_is_counted_or_put_right()
    {
        var figures = await RunAsync("sequence-figures", "41");
        figures.ExitCode.ShouldBe(0, figures.Output);
        Script.Asked.ShouldBe(new GetSequenceStatisticsRequest { SequenceId = 41 });
        foreach (var part in new[] { "1,200 contacts, 17 out of office, 3 left; 44 replied, 5 finished by opting out", "1,099", "9", "(removed)", "2,300" })
        {
            figures.Output.ShouldContain(part);
        }
        (await RunAsync("consistency")).Output.ShouldContain("12");
        (await RunAsync("consistency", "--repair")).Output.ShouldContain("11");
    }
}
