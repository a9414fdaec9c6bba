using System.CommandLine;
using System.Globalization;
using ContactPlatform.Deliverability.V1;
using Grpc.Core;
using Spectre.Console;

namespace ContactPlatform.Cli;

/// <summary>Sends mails, and shows what became of them.</summary>
internal static class SendCommand
{
    private const int Shown = 20;

    public static Command Create()
    {
        var to = new Argument<string[]>("TO") { Description = "Emails, or numbers of contacts; an email that a contact has is that contact.", Arity = ArgumentArity.OneOrMore };
        var from = new Option<string>("--from") { Description = "Address that the mail is from.", Required = true };
        var name = new Option<string?>("--from-name") { Description = "Name that the mail is from." };
        var subject = new Option<string?>("--subject") { Description = "Subject; {{variables}} are filled in." };
        var text = new Option<string?>("--text") { Description = "The text; {{variables}} are filled in." };
        var html = new Option<FileInfo?>("--html") { Description = "A file with HTML, in which {{variables}} are filled in." };
        var template = new Option<string?>("--template") { Description = "Name of a stored template, in place of subject, text and HTML." };
        var version = new Option<int>("--version") { Description = "Which version of the template; the newest unless given." };
        var set = new Option<string[]>("--set") { Description = "A variable's value for all recipients, as name=value.", AllowMultipleArgumentsPerToken = true };
        var track = new Option<bool>("--track") { Description = "Tell who opened the mail and who followed its links." };
        var wait = new Option<int>("--wait") { Description = "Seconds without a change after which it waits no longer.", DefaultValueFactory = _ => 10 };
        var command = new Command("send", "Sends a mail to each of some recipients, and waits until the mail server has them, or nothing moves any more.") { to, from, name, subject, text, html, template, version, set, track, wait };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var request = new CreateTransmissionRequest
            {
                Transmission = new() { FromEmail = result.GetValue(from)!, FromName = result.GetValue(name) ?? "", TrackOpens = result.GetValue(track), TrackClicks = result.GetValue(track) },
                RequestId = RequestIds.New(),
                TemplateName = result.GetValue(template) ?? "",
                TemplateVersion = result.GetValue(version),
            };
            foreach (var recipient in result.GetValue(to)!)
            {
                request.Recipients.Add(await RecipientAsync(stack, recipient, cancellationToken));
            }

            if (request.TemplateName.Length == 0 || result.GetValue(subject) is not null || result.GetValue(text) is not null || result.GetValue(html) is not null)
            {
                request.Content = new() { Subject = result.GetValue(subject) ?? "", Text = result.GetValue(text) ?? "", Html = result.GetValue(html) is { } file ? await File.ReadAllTextAsync(ExistingFile.Require(file).FullName, cancellationToken) : "" };
            }

            foreach (var pair in result.GetValue(set) ?? [])
            {
                var parts = pair.Split('=', 2);
                request.Variables[parts[0]] = parts.Length == 2 ? parts[1] : throw new CliException($"\"{pair}\" is no variable with a value: name=value.");
            }

            var sent = (await stack.Transmissions.CreateTransmissionAsync(request, cancellationToken: cancellationToken)).Transmission;
            AnsiConsole.MarkupLine($"Transmission {sent.TransmissionId}: {Words.Count(sent.TotalCount, "message")} queued");
            await ShowAsync(stack, await WatchAsync(stack, sent, TimeSpan.FromSeconds(Math.Max(0, result.GetValue(wait))), cancellationToken), cancellationToken);
        });
        return command;
    }

    /// <summary>`sent`.</summary>
    public static Command CreateSent()
    {
        var id = new Argument<long>("TRANSMISSION") { Description = "Number of a transmission." };
        var command = new Command("sent", "Shows what became of a transmission.") { id };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            await ShowAsync(stack, (await stack.Transmissions.GetTransmissionAsync(new() { TransmissionId = result.GetValue(id) }, cancellationToken: cancellationToken)).Transmission, cancellationToken);
        });
        return command;
    }

    /// <summary>Follows a transmission while it gets on; what a mail server puts off is tried again for up to a day, which nobody waits for.</summary>
    private static async Task<Transmission> WatchAsync(Stack stack, Transmission sent, TimeSpan wait, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(wait);
        using var watch = stack.Transmissions.WatchTransmission(new() { TransmissionId = sent.TransmissionId }, cancellationToken: patience.Token);
        try
        {
            while (await watch.ResponseStream.MoveNext(patience.Token))
            {
                if (!watch.ResponseStream.Current.Transmission.StateCounts.Equals(sent.StateCounts))
                {
                    patience.CancelAfter(wait);
                }

                sent = watch.ResponseStream.Current.Transmission;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled } && !cancellationToken.IsCancellationRequested)
        {
            // What is known so far is shown.
        }

        return sent;
    }

    private static async Task ShowAsync(Stack stack, Transmission transmission, CancellationToken cancellationToken)
    {
        var page = await stack.Messages.ListMessagesAsync(new() { TransmissionId = transmission.TransmissionId, PageSize = Shown }, cancellationToken: cancellationToken);
        var table = new Table().RoundedBorder().AddColumns("To", "Message", "Recipient", "Said");
        foreach (var message in page.Messages)
        {
            table.AddRow(
                Words.Plain(message.Email.Length > 0 ? message.Email : "(erased)"),
                Words.Spaced(message.State.ToString()) + (message.RefusalReason.Length > 0 ? $": {Words.Plain(message.RefusalReason)}" : "")
                    + (message is { State: MessageState.Queued, AttemptCount: > 0 } ? $", again at {Words.Time(message.NextAttemptTime)}" : ""),
                message.RecipientStatus == RecipientStatus.Unspecified ? "" : Words.Spaced(message.RecipientStatus.ToString()),
                Words.Plain($"{(message.SmtpCode > 0 ? $"{message.SmtpCode} " : "")}{message.Diagnostic}"));
        }

        AnsiConsole.Write(table);
        var states = string.Join(", ", transmission.StateCounts.Select(s => $"{Words.Count(s.Count)} {Words.Spaced(s.State.ToString()).ToLowerInvariant()}"));
        AnsiConsole.MarkupLine($"{Words.Count(transmission.TotalCount, "message")}: {states}; {Words.Count(transmission.DeliveredCount)} delivered, {Words.Count(transmission.OpenedCount)} opened, "
            + $"{Words.Count(transmission.ClickedCount)} clicked, {Words.Count(transmission.BouncedCount)} bounced, {Words.Count(transmission.ComplainedCount)} complained");
        if (transmission.TotalCount > page.Messages.Count)
        {
            AnsiConsole.MarkupLine($"The first {page.Messages.Count} are shown; MessageService.ListMessages has all.");
        }

        if (!transmission.Complete)
        {
            AnsiConsole.MarkupLine($"Not all are through yet: `./dev cli sent {transmission.TransmissionId}` shows later what became of them.");
        }
    }

    /// <summary>An email that a contact has is that contact, whose fields are filled in.</summary>
    private static async Task<Recipient> RecipientAsync(Stack stack, string text, CancellationToken cancellationToken)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            return new() { ContactId = id };
        }

        try
        {
            return new() { ContactId = (await stack.Contacts.GetContactAsync(new() { Email = text }, cancellationToken: cancellationToken)).Contact.ContactId };
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.NotFound or StatusCode.InvalidArgument)
        {
            // Nobody in particular; what is wrong with an address is said where it is asked to be sent to.
            return new() { Email = text };
        }
    }
}
