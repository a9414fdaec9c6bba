using System.CommandLine;
using System.Globalization;
using ContactPlatform.Deliverability.V1;
using Google.Protobuf.WellKnownTypes;
using Spectre.Console;

namespace ContactPlatform.Cli;

/// <summary>How contacts and addresses stand with mail.</summary>
internal static class DeliverabilityCommand
{
    public static Command Create() => new("deliverability", "Shows whether somebody may be written to.") { Explain() };

    private static Command Explain()
    {
        var whom = new Argument<string>("WHOM") { Description = "An email, or the number of a contact." };
        var command = new Command("explain", "Shows everything that keeps an address or a contact from being written to, and what clears it.") { whom };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var text = result.GetValue(whom)!;
            var request = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? new ExplainSendabilityRequest { ContactId = id } : new() { Address = text };
            var answer = await stack.Sendability.ExplainSendabilityAsync(request, cancellationToken: cancellationToken);
            var name = answer.Address.Length > 0 ? answer.Address : $"contact {answer.ContactId}";
            var status = answer.Status == DeliverabilityStatus.Unspecified ? "" : $" ({Words.Spaced(answer.Status.ToString())})";
            AnsiConsole.MarkupLine($"{Words.Plain(name)}{status} {(answer.Sendable ? "may be written to." : "may not be written to.")}");
            if (!answer.Sendable)
            {
                var table = new Table().RoundedBorder().AddColumns("Because", "Known from", "Cleared when");
                foreach (var block in answer.Blocks)
                {
                    table.AddRow(
                        $"{Words.Spaced(block.Block.ToString())}{When("since", block.FactTime)}{When("until", block.UntilTime)}",
                        Words.Plain(string.Join("; ", block.Evidence.Select(Describe))),
                        Words.Plain(block.Remedy));
                }

                AnsiConsole.Write(table);
            }
        });
        return command;
    }

    private static string When(string word, Timestamp? time) => time is null ? "" : $"\n{word} {Words.Time(time)}";

    private static string Describe(Evidence evidence)
    {
        var source = Words.Spaced(evidence.Source.ToString()).ToLowerInvariant();
        var number = evidence.SourceId > 0 ? $" {evidence.SourceId}" : "";
        return evidence.Detail.Length > 0 ? $"{source}{number}: {evidence.Detail}" : source + number;
    }
}
