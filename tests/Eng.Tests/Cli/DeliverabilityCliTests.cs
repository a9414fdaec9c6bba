using ContactPlatform.Deliverability.V1;
using ContactPlatform.Testing;

namespace ContactPlatform.Eng.Tests.Cli;

/// <summary>What the command line asks of Deliverability, and how it shows the answers.</summary>
public sealed class DeliverabilityCliTests : CliCase
{
    [Fact]
    public async Task Who_may_not_be_written_to_is_explained_by_email_or_number()
    {
        var blocked = await RunAsync("deliverability", "explain", "ada@example.org");
        blocked.ExitCode.ShouldBe(0, blocked.Output);
        Script.Asked.ShouldBe(new ExplainSendabilityRequest { Address = "ada@example.org" });
        blocked.Output.ShouldContain("ada@example.org (Unsubscribed by us) may not be written to.");
        blocked.Output.ShouldContain("[fair]");

        var free = await RunAsync("deliverability", "explain", "77");
        Script.Asked.ShouldBe(new ExplainSendabilityRequest { ContactId = 77 });
        free.Output.ShouldContain("bob@example.org (Active) may be written to.");
    }

    [Fact]
    public async Task A_mail_is_sent_and_followed_and_the_gate_is_asked()
    {
        var sent = await RunAsync("send", "ada@example.org", "77", "nobody@example.org", "--from", "shop@example.org", "--subject", "Hi {{name}}", "--text", "News", "--set", "name=you", "--track");
        sent.ExitCode.ShouldBe(0, sent.Output);
        var asked = Script.Asked.ShouldBeOfType<CreateTransmissionRequest>();
        (asked.Recipients[0].ContactId, asked.Recipients[1].ContactId, asked.Recipients[2].Email, asked.Content.Subject, asked.Variables["name"], asked.Transmission.TrackClicks, asked.RequestId.Length).ShouldBe((1, 77, "nobody@example.org", "Hi {{name}}", "you", true, 32));
        foreach (var part in new[] { "Transmission 9: 2 messages queued", "[mailbox] full", "Refused: UNSUBSCRIBED", "Bounced", "1 sent, 1 refused; 0 delivered", "1 bounced" })
        {
            sent.Output.ShouldContain(part);
        }
        await RunAsync("send", "77", "--from", "shop@example.org", "--template", "news", "--version", "3");
        asked = Script.Asked.ShouldBeOfType<CreateTransmissionRequest>();
        (asked.TemplateName, asked.TemplateVersion, asked.Content).ShouldBe(("news", 3, null));

        // Put off for hours: nobody waits for that.
        var late = await RunAsync("send", "79", "--from", "shop@example.org", "--subject", "Hi", "--text", "News", "--wait", "0");
        late.ExitCode.ShouldBe(0, late.Output);
        foreach (var part in new[] { "Queued, again at", "450 4.2.2 full", "The first 1 are shown", "`./dev cli sent 10` shows later" })
        {
            late.Output.ShouldContain(part);
        }
        sent.Output.ShouldNotContain("shows later");

        var gate = await RunAsync("sendable", "77", "ada@example.org", "78");
        Script.Asked.ShouldBe(new CheckSendableRequest { ContactIds = { 77, 78 }, Addresses = { "ada@example.org" } });
        gate.Output.ShouldContain("no: mailbox full");
        gate.Output.ShouldContain("there is no such contact");
    }

    [Fact]
    public async Task The_suppression_list_is_kept()
    {
        (await RunAsync("suppress", "add", "ada@example.org", "--reason", "asked for it")).Output.ShouldContain("ada@example.org is on the list now.");
        Script.Asked.ShouldBe(new AddSuppressionRequest { Address = "ada@example.org", Reason = "asked for it" });
        (await RunAsync("suppress", "remove", "ada@example.org")).ExitCode.ShouldNotBe(0);
        (await RunAsync("suppress", "remove", "ada@example.org", "--reason", "wrong one")).ExitCode.ShouldBe(0);
        Script.Asked.ShouldBe(new RemoveSuppressionRequest { Address = "ada@example.org", Reason = "wrong one" });
        using var folder = new TestFolder();
        var file = Path.Combine(folder.Path, "list.txt");
        await File.WriteAllLinesAsync(file, ["one@example.org", "two", "", "three@example.org"]);
        (await RunAsync("suppress", "upload", file)).Output.ShouldContain("Put on the list 2, on it before 0, refused 1");
        (await RunAsync("suppress", "upload", file + ".none")).Output.ShouldContain("There is no file");
        var list = (await RunAsync("suppress", "list")).Output;
        list.ShouldContain("two@example.org");
        list.ShouldContain("[fair]");
    }

    [Fact]
    public async Task A_template_is_stored_or_gets_a_new_version()
    {
        using var folder = new TestFolder();
        var file = Path.Combine(folder.Path, "news.txt");
        await File.WriteAllTextAsync(file, "Dear {{given_name}}");
        (await RunAsync("templates", "put", "news", "--subject", "News", "--text", file)).Output.ShouldContain("Template news: version 1");
        Script.Asked.ShouldBeOfType<CreateMailTemplateRequest>().MailTemplate.Content.ShouldBe(new MailContent { Subject = "News", Text = "Dear {{given_name}}" });
        (await RunAsync("templates", "put", "welcome", "--subject", "Hello", "--html", file)).Output.Trim().ShouldEndWith("Template welcome: version 2");
        (await RunAsync("templates", "put", "welcome", "--subject", "Hi", "--html", file)).Output.ShouldContain("Template welcome: version 1, which was the same already");
        Script.Asked.ShouldBeOfType<UpdateMailTemplateRequest>().MailTemplate.MailTemplateId.ShouldBe(5);
        (await RunAsync("templates", "list")).Output.ShouldContain("welcome");
        var missing = await RunAsync("templates", "put", "news", "--subject", "News", "--text", file + ".none");
        missing.ExitCode.ShouldBe(1);
        missing.Output.ShouldContain("There is no file");
    }

    [Fact]
    public async Task Failures_are_classified_once_anew_and_back()
    {
        (await RunAsync("classify", "text", "550 no", "--code", "5.1.1", "--host", "mx.example.org")).Output.ShouldContain("Does not exist, by code.5.1.1 of version 2");
        Script.Asked.ShouldBe(new ClassifyDiagnosticRequest { Diagnostic = "550 no", EnhancedCode = "5.1.1", RemoteHost = "mx.example.org" });
        var replay = (await RunAsync("classify", "replay", "--dry-run")).Output;
        replay.ShouldContain("Replay 8 by version 2, dry run: 3 failures, would change 2");
        replay.ShouldContain("Does not exist to Sender fault: 2");
        Script.Asked.ShouldBeOfType<ReplayClassificationRequest>().DryRun.ShouldBeTrue();
        (await RunAsync("classify", "undo", "8")).Output.ShouldSatisfyAllConditions(o => o.ShouldContain("Undo 9 of replay 8: 3 failures, changed 2"), o => o.ShouldContain("CHANGED_SINCE: 1"));
        Script.Asked.ShouldBeOfType<UndoClassificationReplayRequest>().ClassificationReplayId.ShouldBe(8);
    }
}
