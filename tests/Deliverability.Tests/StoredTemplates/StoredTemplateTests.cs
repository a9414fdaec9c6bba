using ContactPlatform.Deliverability.Tests.Transmissions;
using ContactPlatform.Deliverability.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using static ContactPlatform.Deliverability.Tests.PlatformFixture;

namespace ContactPlatform.Deliverability.Tests.StoredTemplates;

[Collection("platform")]
public sealed class StoredTemplateTests(PlatformFixture platform)
{
    private readonly MailCaller caller = new(platform);

    [Fact]
    public async Task A_template_has_versions_and_a_mail_is_made_of_the_one_that_was_there_when_it_was_queued()
    {
        var made = await CreateAsync("Welcome.1", "Hello {{name}}");
        (made.Version, made.Name, made.Content.Text).ShouldBe((1, "Welcome.1", "Hello {{name}}"));
        var to = Enumerable.Range(0, 3).Select(_ => platform.NewAddress()).ToList();
        var first = Request("welcome.1", to[0]);
        await caller.SendAsync(first);

        var second = await UpdateAsync(new() { MailTemplateId = made.MailTemplateId, Content = new() { Subject = "S", Text = "Welcome {{name}}" }, Etag = made.Etag }, "content");
        (second.Version, second.Content.Text).ShouldBe((2, "Welcome {{name}}"));
        // The same again is no new version, and a name is none.
        var same = await platform.Templates.UpdateMailTemplateAsync(new() { MailTemplate = second, UpdateMask = new FieldMask { Paths = { "name", "content" } } }, platform.Headers);
        (same.Changed, same.MailTemplate).ShouldBe((false, second));
        (await UpdateAsync(new() { MailTemplateId = made.MailTemplateId, Name = "welcome.2", Content = second.Content }, "content", "name")).Version.ShouldBe(2);
        (await platform.Templates.GetMailTemplateAsync(new() { MailTemplateId = made.MailTemplateId, Version = 1 }, platform.Headers)).MailTemplate.Content.ShouldBe(made.Content);
        (await platform.Templates.GetMailTemplateAsync(new() { Name = "WELCOME.2" }, platform.Headers)).MailTemplate.Content.ShouldBe(second.Content);

        var (newest, _) = await caller.SendAsync(Request("welcome.2", to[1]));
        (newest.TemplateName, newest.TemplateVersion, newest.Subject).ShouldBe(("welcome.2", 2, "S"));
        var (pinned, _) = await caller.SendAsync(Request("welcome.2", to[2], version: 1));
        pinned.TemplateVersion.ShouldBe(1);
        to.Select(a => caller.Mails(a).Single().Body("text/plain")!.Trim()).ShouldBe(["Hello Zoë", "Welcome Zoë", "Hello Zoë"]);

        await platform.Templates.DeleteMailTemplateAsync(new() { MailTemplateId = made.MailTemplateId }, platform.Headers);
        (await platform.Transmissions.GetTransmissionAsync(new() { TransmissionId = newest.TransmissionId }, platform.Headers)).Content.ShouldBe(second.Content);
        // A repetition is answered as before, and a new one is not.
        (await caller.QueueAsync(first)).TemplateName.ShouldBe("Welcome.1");
        await RefusedAsync(StatusCode.NotFound, "MAIL_TEMPLATE_NOT_FOUND", () => caller.QueueAsync(Request("welcome.2", to[0])));
    }

    [Fact]
    public async Task What_is_no_template_or_no_longer_the_one_that_was_read_is_refused()
    {
        var (one, other) = (await CreateAsync("one", "a"), await CreateAsync("other", "b"));
        (await RefusedAsync(StatusCode.AlreadyExists, "MAIL_TEMPLATE_EXISTS", () => CreateAsync("ONE", "a"))).Metadata["mail_template_id"].ShouldBe($"{one.MailTemplateId}");
        await RefusedAsync(StatusCode.AlreadyExists, "MAIL_TEMPLATE_EXISTS", () => UpdateAsync(new() { MailTemplateId = other.MailTemplateId, Name = "One" }, "name"));
        await UpdateAsync(new() { MailTemplateId = one.MailTemplateId, Content = new() { Subject = "S", Text = "c" } }, "content");
        await RefusedAsync(StatusCode.Aborted, "ETAG_MISMATCH", () => UpdateAsync(new() { MailTemplateId = one.MailTemplateId, Name = "uno", Etag = one.Etag }, "name"));
        await RefusedAsync(StatusCode.Aborted, "ETAG_MISMATCH", async () => await platform.Templates.DeleteMailTemplateAsync(new() { MailTemplateId = one.MailTemplateId, Etag = one.Etag }, platform.Headers));
        await RefusedAsync(StatusCode.NotFound, "MAIL_TEMPLATE_NOT_FOUND", async () => await platform.Templates.GetMailTemplateAsync(new() { Name = "one", Version = 3 }, platform.Headers));
        await RefusedAsync(StatusCode.NotFound, "MAIL_TEMPLATE_NOT_FOUND", () => caller.QueueAsync(Request("one", platform.NewAddress(), version: 9)));
        foreach (var call in new Func<Task>[]
        {
            async () => await platform.Templates.GetMailTemplateAsync(new() { MailTemplateId = one.MailTemplateId }, platform.OtherHeaders),
            async () => await platform.Templates.DeleteMailTemplateAsync(new() { MailTemplateId = one.MailTemplateId }, platform.OtherHeaders),
            () => caller.QueueAsync(Request("one", platform.NewAddress()), platform.OtherHeaders),
        })
        {
            await RefusedAsync(StatusCode.NotFound, "MAIL_TEMPLATE_NOT_FOUND", call);
        }

        (await MalformedAsync(() => CreateAsync("a b", "{{", subject: ""))).ShouldBe(["mail_template.name", "mail_template.content.text", "mail_template.content.subject"], ignoreOrder: true);
        (await MalformedAsync(() => UpdateAsync(new(), "version"))).ShouldBe(["mail_template.mail_template_id", "update_mask"]);
        (await MalformedAsync(async () => await platform.Templates.GetMailTemplateAsync(new() { Version = -1 }, platform.Headers))).ShouldBe(["version", "key"]);
        var both = Request("one", platform.NewAddress());
        (both.Content, both.TemplateVersion) = (new() { Subject = "S", Text = "T" }, -1);
        (await MalformedAsync(() => caller.QueueAsync(both))).ShouldBe(["content", "template_version"]);
    }

    [Fact]
    public async Task Templates_are_listed_in_pages_and_made_once_for_a_request()
    {
        var request = new CreateMailTemplateRequest { MailTemplate = new() { Name = "once", Content = new() { Subject = "S", Text = "T" } }, RequestId = "template once" };
        var made = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ => (await platform.Templates.CreateMailTemplateAsync(request, platform.Headers)).MailTemplate.MailTemplateId));
        made.Distinct().ShouldHaveSingleItem();
        await CreateAsync("and-another", "x");
        var found = new List<MailTemplate>();
        var list = new ListMailTemplatesRequest { PageSize = 1 };
        do
        {
            var page = await platform.Templates.ListMailTemplatesAsync(list, platform.Headers);
            found.AddRange(page.MailTemplates);
            list.PageToken = page.NextPageToken;
        }
        while (list.PageToken.Length > 0);
        found.Select(t => t.MailTemplateId).ShouldBeInOrder();
        found.Select(t => t.Name).ShouldContain("and-another");
        found.Count(t => t.Name == "once").ShouldBe(1);
        found.ShouldAllBe(t => t.Content == null);
    }

    private async Task<MailTemplate> CreateAsync(string name, string text, string subject = "Subject") =>
        (await platform.Templates.CreateMailTemplateAsync(new() { MailTemplate = new() { Name = name, Content = new() { Subject = subject, Text = text } } }, platform.Headers)).MailTemplate;

    private async Task<MailTemplate> UpdateAsync(MailTemplate template, params string[] fields) =>
        (await platform.Templates.UpdateMailTemplateAsync(new() { MailTemplate = template, UpdateMask = new FieldMask { Paths = { fields } } }, platform.Headers)).MailTemplate;

    private static CreateTransmissionRequest Request(string template, string to, int version = 0)
    {
        var request = MailCaller.Request(to);
        (request.Content, request.TemplateName, request.TemplateVersion) = (null, template, version);
        request.Variables["name"] = "Zoë";
        return request;
    }
}
