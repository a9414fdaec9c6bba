using System.Net;
using System.Text.RegularExpressions;
using ContactPlatform.Deliverability.Tests.Transmissions;
using ContactPlatform.Deliverability.V1;
using Microsoft.EntityFrameworkCore;
using static ContactPlatform.Deliverability.Tests.PlatformFixture;

namespace ContactPlatform.Deliverability.Tests.Tracking;

[Collection("platform")]
public sealed partial class TrackingTests(PlatformFixture platform) : IDisposable
{
    private const string Browser = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0";

    private readonly MailCaller caller = new(platform);
    private readonly HttpClient http = new(new HttpClientHandler { AllowAutoRedirect = false });

    public void Dispose() => http.Dispose();

    [Fact]
    public async Task Opening_and_clicking_are_told_apart_by_whether_a_person_did_it()
    {
        var email = platform.NewAddress();
        var request = MailCaller.Request(new Recipient { Email = email, Variables = { ["plan"] = "a&b" } });
        request.Transmission = new() { FromEmail = "shop@example.org", TrackOpens = true, TrackClicks = true };
        request.Content.Html = "<body><a href=\"https://one.example/?plan={{plan}}&amp;x=1\">1</a><a href=\"https://two.example/\">2</a><a href=\"{{unsubscribe_url}}\">u</a></body>";
        var (_, messages) = await caller.SendAsync(request);
        var id = messages[0].MessageId;
        var html = caller.Mails(email).Single().Body("text/html")!;
        var links = Url().Matches(html).Select(m => m.Value).ToList();
        links.Select(l => l.Split('/')[4]).ShouldBe(["c", "c", "u", "o"]);
        html.ShouldEndWith("alt=\"\"></body>\r\n");

        // A scanner looks at everything at once.
        (await GetAsync(links[3], "SomeScanner/1.0")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await GetAsync(links[1], Browser, HttpMethod.Head)).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        var scanned = await caller.MessageAsync(id);
        (scanned.RecipientStatus, scanned.MachineOpenTime is not null, scanned.MachineClickTime is not null).ShouldBe((RecipientStatus.Unspecified, true, true));
        (await platform.AddressAsync(email)).Status.ShouldBe(DeliverabilityStatus.New);

        // A person reads it a while later: the clock of the test is the machine's, so the mail is made older instead.
        await platform.Stores.AskAsync(Testing.ContactsHost.Account, db => db.Messages.Where(m => m.MessageId == id)
            .ExecuteUpdateAsync(set => set.SetProperty(m => m.SendTime, m => m.SendTime!.Value.AddMinutes(-1))));
        var picture = await GetAsync(links[3], Browser);
        (picture.Content.Headers.ContentType!.MediaType, picture.Headers.CacheControl!.NoStore).ShouldBe(("image/gif", true));
        (await caller.MessageAsync(id)).RecipientStatus.ShouldBe(RecipientStatus.Opened);
        (await platform.AddressAsync(email)).Status.ShouldBe(DeliverabilityStatus.Active, "no server told of a delivery, but somebody has it");
        var one = await GetAsync(links[0], Browser);
        (one.StatusCode, one.Headers.Location!.OriginalString).ShouldBe((HttpStatusCode.Redirect, "https://one.example/?plan=a%26b&x=1"));
        (await GetAsync(links[1], Browser)).Headers.Location!.OriginalString.ShouldBe("https://two.example/");
        var clicked = await caller.MessageAsync(id);
        clicked.RecipientStatus.ShouldBe(RecipientStatus.Clicked);
        (await platform.Transmissions.GetTransmissionAsync(new() { TransmissionId = clicked.TransmissionId }, platform.Headers)).Transmission.ClickedCount.ShouldBe(1);
        // The first time counts for the message, the last for the address.
        await GetAsync(links[0], Browser);
        (await caller.MessageAsync(id)).ClickTime.ShouldBe(clicked.ClickTime);
        var facts = (await platform.Addresses.GetAddressAsync(new() { Address = email }, platform.Headers)).Address.Facts;
        facts.Select(f => f.Kind).ShouldBe([FactKind.Sent, FactKind.Opened, FactKind.Clicked, FactKind.MachineOpened, FactKind.MachineClicked], ignoreOrder: true);
        facts.Single(f => f.Kind == FactKind.Clicked).FactTime.ToDateTime().ShouldBeGreaterThan(clicked.ClickTime.ToDateTime());
    }

    [Fact]
    public async Task Tokens_of_others_lead_nowhere()
    {
        var email = platform.NewAddress();
        var request = MailCaller.Request(email);
        request.Transmission = new() { FromEmail = "shop@example.org", TrackClicks = true };
        request.Content.Html = "<a href=\"https://one.example/\">1</a>";
        var (_, messages) = await caller.SendAsync(request);
        var link = Url().Match(caller.Mails(email).Single().Body("text/html")!).Value;
        var token = link[(link.LastIndexOf('/') + 1)..];
        var pages = new HashSet<string>();
        foreach (var path in new[] { $"/t/o/{token}", $"/t/u/{token}", $"/t/c/{token}A", $"/t/c/{token[..^1]}{(token[^1] == 'A' ? 'B' : 'A')}", "/t/c/x", $"/t/c/{new string('A', 5000)}" })
        {
            var answer = await GetAsync(path, Browser);
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
            pages.Add(await answer.Content.ReadAsStringAsync());
        }
        // A person reads that it does not work, and nobody what is wrong with it.
        pages.ShouldHaveSingleItem().ShouldContain("<h1>This link does not work</h1>");
        (await GetAsync("/t/c/", Browser)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await (await GetAsync($"/t/o/{token}/../../health", Browser)).Content.ReadAsStringAsync()).ShouldBeOneOf("", "Healthy");
        (await http.PostAsync(Address($"/t/u/{token}"), new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")]))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await caller.MessageAsync(messages[0].MessageId)).ShouldBe(messages[0]);
    }

    [Fact]
    public async Task Only_a_post_unsubscribes_and_nothing_is_sent_after_it()
    {
        var email = platform.NewAddress();
        var (_, messages) = await caller.SendAsync(MailCaller.Request(email));
        var url = caller.Mails(email).Single().Header("List-Unsubscribe").Trim('<', '>');
        var page = await GetAsync(url, Browser);
        (page.StatusCode, page.Content.Headers.ContentType!.MediaType).ShouldBe((HttpStatusCode.OK, "text/html"));
        (await page.Content.ReadAsStringAsync()).ShouldContain("<form method=\"post\">");
        (await GetAsync(url, Browser, HttpMethod.Head)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await http.PostAsync(Address(url), new StringContent("x"))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await http.PostAsync(Address(url), new FormUrlEncodedContent([new("List-Unsubscribe", "No")]))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await http.PostAsync(Address(url), new FormUrlEncodedContent([new("List-Unsubscribe", new string('x', 2000))]))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await platform.CheckAsync(email)).Sendable.ShouldBeTrue();

        using var oneClick = new MultipartFormDataContent { { new StringContent("One-Click"), "List-Unsubscribe" } };
        (await http.PostAsync(Address(url), oneClick)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await http.PostAsync(Address(url), new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")]))).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await platform.CheckAsync(email)).Sendable.ShouldBeFalse();
        (await caller.MessageAsync(messages[0].MessageId)).UnsubscribeTime.ShouldNotBeNull();
        (await (await GetAsync(url, Browser)).Content.ReadAsStringAsync()).ShouldContain("You are unsubscribed");
        var (_, again) = await caller.SendAsync(MailCaller.Request(email));
        (again[0].State, again[0].RefusalReason).ShouldBe((MessageState.Refused, "UNSUBSCRIBED"));
    }

    [Fact]
    public async Task Who_subscribed_again_can_unsubscribe_by_the_same_mail_again_also_in_a_body_without_a_length()
    {
        var email = platform.NewAddress();
        await caller.SendAsync(MailCaller.Request(email));
        var url = caller.Mails(email).Single().Header("List-Unsubscribe").Trim('<', '>');
        (await PostAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await platform.CheckAsync(email)).Block.ShouldBe(SendBlock.Unsubscribed);
        await platform.FoldAsync(email, (FactKind.Resubscribed, Now));
        (await platform.CheckAsync(email)).Sendable.ShouldBeTrue();
        (await (await GetAsync(url, Browser)).Content.ReadAsStringAsync()).ShouldContain("<form method=\"post\">");
        // Within the second of the first time it is the same.
        await UntilAsync(async () => (await PostAsync()).StatusCode == HttpStatusCode.OK && !(await platform.CheckAsync(email)).Sendable);
        (await PostAsync(new string('x', 3000))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        async Task<HttpResponseMessage> PostAsync(string more = "")
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Address(url)) { Content = new FormUrlEncodedContent([new("List-Unsubscribe", $"One-Click{more}")]) };
            request.Headers.TransferEncodingChunked = true;
            return await http.SendAsync(request);
        }
    }

    private async Task<HttpResponseMessage> GetAsync(string url, string agent, HttpMethod? method = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, Address(url));
        request.Headers.UserAgent.ParseAdd(agent);
        return await http.SendAsync(request);
    }

    /// <summary>Where the service is, for an address that mails have.</summary>
    private Uri Address(string url) => new(platform.Deliverability.Service.Http, url.Replace("https://mail.example", "", StringComparison.Ordinal));

    [GeneratedRegex("https://mail\\.example/t/[ocu]/[A-Za-z0-9_-]+")]
    private static partial Regex Url();
}
