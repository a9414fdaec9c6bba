using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ContactPlatform.Deliverability.DeliveryEvents;
using ContactPlatform.Deliverability.ProviderWebhooks;
using ContactPlatform.Deliverability.V1;
using FsCheck;
using FsCheck.Fluent;

namespace ContactPlatform.Deliverability.Tests.ProviderWebhooks;

/// <summary>The formats of providers, as they publish them, and as nobody does.</summary>
public sealed class ProviderFormatTests
{
    private static readonly DateTime Now = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void SendGrids_events_become_ours()
    {
        var batch = SendGridEvents.Read(Encoding.UTF8.GetBytes("""
            [{"email":"Bob@Example.com","timestamp":1513299569,"smtp-id":"<a@mail.example.org>","event":"processed","category":["x"],"sg_event_id":"1","sg_message_id":"m"},
             {"email":"bob@example.com","timestamp":1513299570,"event":"deferred","response":"400 try again later","attempt":"5","sg_event_id":"2"},
             {"email":"bob@example.com","timestamp":1513299571,"event":"delivered","response":"250 OK","sg_event_id":"3","contactplatform_message_id":"77"},
             {"email":"bob@example.com","timestamp":1513299572,"event":"open","sg_machine_open":true,"sg_event_id":"4"},
             {"email":"bob@example.com","timestamp":1513299573,"event":"click","url":"http://x","sg_event_id":"5"},
             {"email":"bob@example.com","timestamp":1513299574,"event":"bounce","type":"bounce","status":"5.0.0","reason":"500 unknown recipient","sg_event_id":"6"},
             {"email":"bob@example.com","timestamp":1513299575,"event":"dropped","reason":"Bounced Address","sg_event_id":"7"},
             {"email":"bob@example.com","timestamp":1513299576,"event":"spamreport","sg_event_id":"8"},
             {"email":"bob@example.com","timestamp":1513299577,"event":"unsubscribe","sg_event_id":"9"},
             {"email":"bob@example.com","timestamp":1513299578,"event":"group_unsubscribe","sg_event_id":"10"},
             {"email":"bob@example.com","timestamp":1513299579,"event":"group_resubscribe","sg_event_id":"11"},
             {"email":"nobody","timestamp":1513299580,"event":"open","sg_event_id":"12"},
             {"event":"account_status_change","sg_event_id":"13"}, 7, null, "x", []]
            """), "sendgrid:1").ShouldNotBeNull();

        batch.Ignored.ShouldBe(7);
        batch.Events.Select(e => e.Kind).ShouldBe([DeliveryEventKind.Sent, DeliveryEventKind.Delayed, DeliveryEventKind.Delivered, DeliveryEventKind.Opened, DeliveryEventKind.Clicked,
            DeliveryEventKind.Failed, DeliveryEventKind.Dropped, DeliveryEventKind.Complained, DeliveryEventKind.Unsubscribed, DeliveryEventKind.Unsubscribed]);
        batch.Events.ShouldAllBe(e => e.Address == "bob@example.com" && e.Source == "sendgrid:1");
        batch.Events[0].Reference.ShouldBe("a@mail.example.org");
        batch.Events[0].Time.ShouldBe(DateTime.UnixEpoch.AddSeconds(1513299569));
        batch.Events[1].Diagnostic.ShouldBe("400 try again later");
        batch.Events[2].MessageId.ShouldBe(77);
        batch.Events.Select(e => e.Machine).ShouldBe([false, false, false, true, false, false, false, false, false, false]);
        (batch.Events[5].Status, batch.Events[5].Diagnostic).ShouldBe(("5.0.0", "500 unknown recipient"));
    }

    [Fact]
    public void Mailguns_events_become_ours()
    {
        Mailgun("failed", "\"severity\":\"permanent\",\"reason\":\"bounce\",\"delivery-status\":{\"code\":550,\"message\":\"5.1.1 no such user\",\"enhanced-code\":\"5.1.1\",\"mx-host\":\"mx.example.com\"},\"message\":{\"headers\":{\"message-id\":\"a@mail.example.org\"}},\"user-variables\":{\"contactplatform_message_id\":77}")
            .ShouldBe(new EventDraft
            {
                Source = "mailgun:2", Key = "e1", Kind = DeliveryEventKind.Failed, Address = "bob@example.com", Time = DateTime.UnixEpoch.AddSeconds(1700000000.25), Status = "5.1.1", Diagnostic = "5.1.1 no such user",
                RemoteHost = "mx.example.com", Reference = "a@mail.example.org", MessageId = 77,
            });
        Mailgun("failed", "\"severity\":\"temporary\",\"delivery-status\":{\"message\":\"\",\"description\":\"busy\"}")!.ShouldSatisfyAllConditions(e => e.Kind.ShouldBe(DeliveryEventKind.Delayed), e => e.Diagnostic.ShouldBe("busy"));
        Mailgun("failed", "\"severity\":\"permanent\",\"reason\":\"suppress-bounce\"")!.Kind.ShouldBe(DeliveryEventKind.Dropped);
        Mailgun("accepted", "\"x\":1")!.Kind.ShouldBe(DeliveryEventKind.Sent);
        Mailgun("delivered", "\"x\":1")!.Kind.ShouldBe(DeliveryEventKind.Delivered);
        Mailgun("complained", "\"x\":1")!.Kind.ShouldBe(DeliveryEventKind.Complained);
        Mailgun("unsubscribed", "\"x\":1")!.Kind.ShouldBe(DeliveryEventKind.Unsubscribed);
        Mailgun("opened", "\"client-info\":{\"bot\":\"apple\"}")!.Machine.ShouldBeTrue();
        Mailgun("clicked", "\"client-info\":{\"bot\":\"\"}")!.Machine.ShouldBeFalse();
        Mailgun("stored", "\"x\":1").ShouldBeNull();
        // What is no code is none, and only openings and clicks are told from machines'.
        Mailgun("failed", "\"severity\":\"permanent\",\"delivery-status\":{\"enhanced-code\":\"5.1.1; nonsense\"},\"client-info\":{\"bot\":\"apple\"}")!
            .ShouldSatisfyAllConditions(e => e.Status.ShouldBe(""), e => e.Machine.ShouldBeFalse());
    }

    private static EventDraft? Mailgun(string kind, string rest)
    {
        using var json = JsonDocument.Parse($$$"""{"event-data":{"event":"{{{kind}}}","id":"e1","timestamp":1700000000.25,"recipient":"bob@example.com",{{{rest}}}}}""");
        return MailgunEvents.Read(json.RootElement, "mailgun:2").Events.SingleOrDefault();
    }

    [Fact]
    public void A_call_of_SendGrid_is_believed_only_as_it_was_signed()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var publicKey = SendGridSignature.ReadKey(Convert.ToBase64String(key.ExportSubjectPublicKeyInfo())).ShouldNotBeNull();
        var body = "[]"u8.ToArray();
        var time = ((DateTimeOffset)Now).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        string Sign(ECDsa by, string at) => Convert.ToBase64String(by.SignData([.. Encoding.ASCII.GetBytes(at), .. body], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));

        bool Verify(string signature, string at, byte[] content, DateTime now) => SendGridSignature.Verify(publicKey, signature, at, content, now);
        Verify(Sign(key, time), time, body, Now).ShouldBeTrue();
        Verify(Sign(key, time), time, body, Now.AddHours(25)).ShouldBeTrue("it is repeated for a day");
        Verify(Sign(key, time), time, body, Now.AddHours(27)).ShouldBeFalse();
        Verify(Sign(key, time), time, body, Now.AddHours(-1)).ShouldBeFalse();
        Verify(Sign(key, time), time, "[{}]"u8.ToArray(), Now).ShouldBeFalse();
        Verify(Sign(key, time), time[..^1] + (time[^1] == '0' ? '1' : '0'), body, Now).ShouldBeFalse();
        Verify(Sign(other, time), time, body, Now).ShouldBeFalse();
        foreach (var nonsense in (string[])["", "!", "AAAA", Convert.ToBase64String(new byte[64]), new('A', 300)])
        {
            Verify(nonsense, time, body, Now).ShouldBeFalse();
            Verify(Sign(key, time), nonsense, body, Now).ShouldBeFalse();
            SendGridSignature.ReadKey(nonsense).ShouldBeNull();
        }
        using var large = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        SendGridSignature.ReadKey(Convert.ToBase64String(large.ExportSubjectPublicKeyInfo())).ShouldBeNull();
    }

    [Fact]
    public void A_call_of_Mailgun_is_believed_only_as_it_was_signed()
    {
        var key = Encoding.ASCII.GetBytes("key-0123456789abcdef");
        var time = ((DateTimeOffset)Now).ToUnixTimeSeconds();
        MailgunSignature? Verify(long at, string token, string signature, DateTime now)
        {
            using var json = JsonDocument.Parse($$$"""{"signature":{"timestamp":"{{{at}}}","token":"{{{token}}}","signature":"{{{signature}}}"}}""");
            return MailgunSignature.Verify(json.RootElement, key, now);
        }
        var good = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes($"{time}abc")));
        Verify(time, "abc", good, Now).ShouldBe(new("abc", Now));
        Verify(time, "abd", good, Now).ShouldBeNull();
        Verify(time + 1, "abc", good, Now).ShouldBeNull();
        Verify(time, "abc", good, Now.AddHours(27)).ShouldBeNull();
        Verify(time, "abc", good[..^2], Now).ShouldBeNull();
        Verify(time, "", good, Now).ShouldBeNull();
        Verify(time, "abc", new('é', 64), Now).ShouldBeNull();
    }

    [Fact]
    public void Any_JSON_is_read_and_anything_else_refused()
    {
        SendGridEvents.Read("{}"u8.ToArray(), "s").ShouldBeNull();
        SendGridEvents.Read("[{"u8.ToArray(), "s").ShouldBeNull();
        SendGridEvents.Read(Encoding.ASCII.GetBytes(new string('[', 1000)), "s").ShouldBeNull();
        SendGridEvents.Read(Encoding.ASCII.GetBytes($"[{string.Join(',', Enumerable.Repeat(1, EventLimits.Batch + 1))}]"), "s").ShouldBeNull();
        var values = Gen.Elements("1", "-1", "1e99", "1513299569.5", "99999999999999999999", "\"\"", "\"x\"", "\"\\ud800\"", "\"a\\u0000b@example.com\"", "\"bob@example.com\"", "null", "true", "[]", "{}", "\"open\"", "\"bounce\"", "\"failed\"");
        var names = Gen.Elements("email", "timestamp", "event", "sg_event_id", "status", "reason", "smtp-id", "sg_machine_open", "contactplatform_message_id", "id", "recipient", "delivery-status");
        var objects = names.Zip(values).ListOf().Select(fields => $"{{\"email\":\"bob@example.com\",\"sg_event_id\":\"k\",\"id\":\"k\",\"recipient\":\"bob@example.com\",\"event\":\"open\",{string.Concat(fields.Select(f => $"\"{f.Item1}\":{f.Item2},"))}\"z\":0}}");
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500).WithEndSize(12), Prop.ForAll(objects.ToArbitrary(), text =>
        {
            var batch = SendGridEvents.Read(Encoding.UTF8.GetBytes($"[{text}]"), "s")!;
            using var json = JsonDocument.Parse($"{{\"event-data\":{text}}}");
            var mailgun = MailgunEvents.Read(json.RootElement, "s");
            return batch.Events.Concat(mailgun.Events).All(e => e.Address.Length > 0 && e.Key.Length > 0 && e.MessageId >= 0 && !e.Diagnostic.Any(char.IsControl));
        }));
    }
}
