using System.CommandLine;
using System.Globalization;
using ContactPlatform.Cli;
using Grpc.Core;
using Spectre.Console;

var token = new Command("token", "Prints a token for the account, for the header `authorization: Bearer <token>`; it lives 15 minutes.");
token.SetAction(async (_, cancellationToken) =>
{
    using var stack = Stack.Find();
    Console.WriteLine(await stack.TokenAsync(cancellationToken));
});

var root = new RootCommand(
    """
    Drives the stack that runs from this clone (`./dev run`), or the one that these variables name:
    CONTACTPLATFORM_CONTACTS, CONTACTPLATFORM_FUNNEL, CONTACTPLATFORM_DELIVERABILITY and CONTACTPLATFORM_SEQUENCES (gRPC addresses),
    CONTACTPLATFORM_API_KEY.
    """)
{
    ImportCommand.Create(),
    LabelCommand.List(),
    LabelCommand.Create(),
    ContactCommand.Create(),
    FieldCommand.Create(),
    LabelRuleCommand.Create(),
    FunnelCommand.Create(),
    DeliverabilityCommand.Create(),
    WebhookCommand.Create(),
    ValidateCommand.Create(),
    MailTemplateCommand.Create(),
    ClassificationCommand.Create(),
    SendCommand.Create(),
    SendCommand.CreateSent(),
    SequenceCommand.Create(),
    SequenceCommand.CreateEnroll(),
    TaskCommand.Create(),
    AutomationCommand.Create(),
    LeadScoreCommand.Create(),
    SuppressCommand.Create(),
    SendableCommand.Create(),
    HistoryCommand.Create(),
    SequenceStatisticsCommand.Create(),
    ConsistencyCommand.Create(),
    SegmentCommand.Create(),
    ViewCommand.Create(),
    TimelineCommand.Create(),
    ListCommand.Create(),
    BulkCommand.Create(),
    ProjectionCommand.Create(),
    ExportCommand.Create(),
    CallCommand.Create(),
    token,
};

// Without a terminal, no colours and no cursor movement: a file or another program reads this.
if (Console.IsOutputRedirected)
{
    AnsiConsole.Console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No });
}

foreach (var command in MoveCommands.Create().Concat(RecordCommands.Create()))
{
    root.Add(command);
}

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
using var ending = new Ending();
try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, ending.Token);
}
catch (CliException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
catch (RpcException e) when (e.StatusCode != StatusCode.Cancelled)
{
    foreach (var line in Failures.Describe(e))
    {
        Console.Error.WriteLine(line);
    }

    return 1;
}
catch (Exception e) when (e is OperationCanceledException or RpcException)
{
    Console.Error.WriteLine("Stopped watching. What was begun goes on by itself.");
    return ending.ExitCode;
}
