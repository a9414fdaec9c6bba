using System.CommandLine;
using System.Globalization;
using ContactPlatform.Deliverability.V1;
using Spectre.Console;

namespace ContactPlatform.Cli;

/// <summary>Who is told what happens, and what became of that.</summary>
internal static class WebhookCommand
{
    private const int Shown = 20;

    public static Command Create() => new("webhooks", "Tells addresses on the web what happens, and shows what became of that.")
    {
        Add(), List(), Delete(), Rotate(), Set("enable", "Calls a webhook again; what waited goes on.", disabled: false), Set("disable", "Calls a webhook no more.", disabled: true), Test(), Deliveries(), Replay(),
    };

    private static Command Add()
    {
        var url = new Argument<string>("URL") { Description = "Where it is; on a private network only if the configuration allows it." };
        var name = new Option<string?>("--name") { Description = "Name for people; the URL's host unless given." };
        var types = new Option<string[]>("--types") { Description = "Types of events, such as message.failed; all unless given.", AllowMultipleArgumentsPerToken = true };
        var command = new Command("create", "Makes a webhook, and shows its secret this once.") { url, name, types };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var address = result.GetValue(url)!;
            var shown = result.GetValue(name) ?? (Uri.TryCreate(address, UriKind.Absolute, out var uri) ? uri.Host : address);
            var request = new CreateWebhookRequest { Webhook = new() { Url = address, DisplayName = shown, EventTypes = { (result.GetValue(types) ?? []).Select(ReadType) } } };
            var made = await stack.Webhooks.CreateWebhookAsync(request, cancellationToken: cancellationToken);
            AnsiConsole.MarkupLine($"Webhook {made.Webhook.WebhookId} is called for {Types(made.Webhook)}.");
            AnsiConsole.MarkupLine($"  secret, shown this once: {Words.Plain(made.Secret)}");
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "Lists the webhooks.");
        command.SetAction(async (_, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var table = new Table().RoundedBorder().AddColumns("Webhook", "Name", "URL", "Events", "State");
            foreach (var webhook in (await stack.Webhooks.ListWebhooksAsync(new(), cancellationToken: cancellationToken)).Webhooks)
            {
                table.AddRow(Number(webhook.WebhookId), Words.Plain(webhook.DisplayName), Words.Plain(webhook.Url), Types(webhook),
                    webhook.Disabled ? Words.Plain($"disabled {webhook.DisabledReason}".TrimEnd()) : "enabled");
            }

            AnsiConsole.Write(table);
        });
        return command;
    }

    private static Command Delete() => One("delete", "Deletes a webhook with all its deliveries.", async (stack, id, cancellationToken) =>
    {
        await stack.Webhooks.DeleteWebhookAsync(new() { WebhookId = id }, cancellationToken: cancellationToken);
        AnsiConsole.MarkupLine($"Webhook {id} is gone.");
    });

    private static Command Rotate() => One("rotate", "Gives a webhook another secret; for a day both sign.", async (stack, id, cancellationToken) =>
    {
        var rotated = await stack.Webhooks.RotateWebhookSecretAsync(new() { WebhookId = id }, cancellationToken: cancellationToken);
        AnsiConsole.MarkupLine($"Calls are signed with both secrets until {Words.Time(rotated.Webhook.OverlapEndTime)}.");
        AnsiConsole.MarkupLine($"  secret, shown this once: {Words.Plain(rotated.Secret)}");
    });

    private static Command Set(string verb, string description, bool disabled) => One(verb, description, async (stack, id, cancellationToken) =>
    {
        await stack.Webhooks.UpdateWebhookAsync(new() { Webhook = new() { WebhookId = id, Disabled = disabled }, UpdateMask = new() { Paths = { "disabled" } } }, cancellationToken: cancellationToken);
        AnsiConsole.MarkupLine($"Webhook {id} is {(disabled ? "disabled" : "enabled")}.");
    });

    private static Command Test() => One("test", "Sends a webhook an event of the type webhook.test.", async (stack, id, cancellationToken) =>
    {
        var delivery = (await stack.Webhooks.SendTestEventAsync(new() { WebhookId = id }, cancellationToken: cancellationToken)).WebhookDeliveryId;
        AnsiConsole.MarkupLine($"Delivery {delivery} is on its way: see `./dev cli webhooks deliveries {id}`.");
    });

    private static Command Deliveries() => One("deliveries", "Lists a webhook's newest deliveries.", async (stack, id, cancellationToken) =>
    {
        var table = new Table().RoundedBorder().AddColumn("#").AddColumn(new TableColumn("Event").NoWrap()).AddColumns("Contact", "When", "State");
        foreach (var delivery in (await stack.WebhookDeliveries.ListWebhookDeliveriesAsync(new() { WebhookId = id, PageSize = Shown }, cancellationToken: cancellationToken)).WebhookDeliveries)
        {
            var tried = delivery.AttemptCount == 0 ? "" : $" after {Words.Count(delivery.AttemptCount, "call")}: {Last(delivery)}";
            table.AddRow(Number(delivery.WebhookDeliveryId), Type(delivery.EventType), delivery.ContactId == 0 ? "" : Number(delivery.ContactId), Words.Time(delivery.CreateTime),
                delivery.State.ToString().ToLowerInvariant() + tried + (delivery is { State: WebhookDeliveryState.Waiting, AttemptCount: > 0 } ? $", again at {Words.Time(delivery.NextAttemptTime)}" : ""));
        }

        AnsiConsole.Write(table);
    });

    private static Command Replay() => One("replay", "Sends a webhook's dead letters again.", async (stack, id, cancellationToken) =>
    {
        var count = (await stack.WebhookDeliveries.ReplayWebhookDeliveriesAsync(new() { WebhookId = id, DeadLetters = true }, cancellationToken: cancellationToken)).ReplayedCount;
        var webhook = (await stack.Webhooks.GetWebhookAsync(new() { WebhookId = id }, cancellationToken: cancellationToken)).Webhook;
        AnsiConsole.MarkupLine(count == 0 ? "There are no dead letters." : $"{Words.Count(count, "dead letter")} {(webhook.Disabled ? $"in the queue again; `./dev cli webhooks enable {id}` lets them go." : "on the way again.")}");
    });

    private static Command One(string verb, string description, Func<Stack, long, CancellationToken, Task> act)
    {
        var id = new Argument<long>("WEBHOOK") { Description = "The webhook's number." };
        var command = new Command(verb, description) { id };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            await act(stack, result.GetValue(id), cancellationToken);
        });
        return command;
    }

    /// <summary>Reads `message.not_spam`, as the body of a call has it.</summary>
    private static WebhookEventType ReadType(string text)
    {
        var letters = string.Concat(text.Where(char.IsLetter));
        return Enum.GetValues<WebhookEventType>().FirstOrDefault(t => t.ToString().Equals(letters, StringComparison.OrdinalIgnoreCase)) is var type and not WebhookEventType.Unspecified
            ? type
            : throw new CliException($"There is no type of events \"{text}\"; they are listed at WebhookEventType in webhook_event.proto.");
    }

    private static string Types(Webhook webhook) => webhook.EventTypes.Count == 0 ? "everything" : string.Join(", ", webhook.EventTypes.Select(Type));

    /// <summary>As `--types` takes it and the body of a call has it: `message.not_spam`.</summary>
    private static string Type(WebhookEventType type) => Words.Spaced(type.ToString()).ToLowerInvariant().Split(' ') is [var of, .. var what] ? $"{of}.{string.Join('_', what)}" : "";

    private static string Last(WebhookDelivery delivery) => delivery.ResponseCode > 0 ? Number(delivery.ResponseCode)
        : delivery.LastResult == WebhookAttemptResult.Unspecified ? "" : Words.Spaced(delivery.LastResult.ToString()).ToLowerInvariant();

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
