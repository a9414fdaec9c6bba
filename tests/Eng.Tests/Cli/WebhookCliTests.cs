using ContactPlatform.Deliverability.V1;
using ContactPlatform.Testing;

namespace ContactPlatform.Eng.Tests.Cli;

/// <summary>What the command line asks of webhooks and validations, and how it shows the answers.</summary>
public sealed class WebhookCliTests : CliCase
{
    [Fact]
    public async Task A_webhook_is_made_listed_disabled_and_its_dead_letters_go_out_again()
    {
        var made = await RunAsync("webhooks", "create", "https://example.org/x", "--types", "message.not_spam", "contact.created");
        made.ExitCode.ShouldBe(0, made.Output);
        Script.Asked.ShouldBe(new CreateWebhookRequest { Webhook = new() { Url = "https://example.org/x", DisplayName = "example.org", EventTypes = { WebhookEventType.MessageNotSpam, WebhookEventType.ContactCreated } } });
        made.Output.ShouldContain("whsec_x");
        (await RunAsync("webhooks", "create", "https://example.org/x", "--types", "nothing")).Output.ShouldContain("There is no type of events \"nothing\"");
        (await RunAsync("webhooks", "list")).Output.ShouldContain("[mine]");
        await RunAsync("webhooks", "disable", "4");
        Script.Asked.ShouldBe(new UpdateWebhookRequest { Webhook = new() { WebhookId = 4, Disabled = true }, UpdateMask = new() { Paths = { "disabled" } } });
        (await RunAsync("webhooks", "deliveries", "4")).Output.ShouldSatisfyAllConditions(o => o.ShouldContain("calls"), o => o.ShouldContain("503"), o => o.ShouldContain("again"));
        (await RunAsync("webhooks", "replay", "6")).Output.ShouldContain("There are no dead letters.");
        (await RunAsync("webhooks", "replay", "4")).Output.ShouldContain("2 dead letters on the way again.");
        Script.Asked.ShouldBe(new ReplayWebhookDeliveriesRequest { WebhookId = 4, DeadLetters = true });
        (await RunAsync("webhooks", "replay", "5")).Output.ShouldContain("2 dead letters in the queue again");
    }

    [Fact]
    public async Task A_file_of_addresses_is_validated_and_credits_are_granted()
    {
        using var folder = new TestFolder();
        var (file, results) = (Path.Combine(folder.Path, "addresses.txt"), Path.Combine(folder.Path, "results.csv"));
        await File.WriteAllTextAsync(file, "ana@gmial.com\n\nben@acme.shop\n");
        var run = await RunAsync("validate", "file", file, "--results", results);
        run.ExitCode.ShouldBe(0, run.Output);
        ((UploadAddressValidationRequest)Script.Asked!).Addresses.Addresses.ShouldBe(["ana@gmial.com", "ben@acme.shop"]);
        run.Output.ShouldContain("risky  2");
        (await File.ReadAllTextAsync(results)).ShouldBe("number\n1\n");
        (await RunAsync("validate", "grant", "1000", "--reason", "trial")).Output.ShouldContain("1,000 credits available");
    }
}
