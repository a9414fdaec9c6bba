using ContactPlatform.Contacts.V1;
using ContactPlatform.Deliverability.Transmissions;
using ContactPlatform.Deliverability.V1;

namespace ContactPlatform.Deliverability.Tests.Transmissions;

public sealed class RecipientDecisionsTests
{
    private static readonly Contact Ana = new() { ContactId = 1, Email = "ana@example.com", GivenName = "Ana", CustomFields = { new CustomFieldValue { Key = "plan", ChoiceValue = "gold" } } };

    [Fact]
    public void The_recipients_own_value_wins_then_the_requests_then_the_contacts()
    {
        var request = Request("{{given_name}} {{field.plan}} {{code}} {{email}}");
        request.Variables["given_name"] = "everybody";
        request.Variables["code"] = "shared";
        request.Recipients.Add(new Recipient { ContactId = 1, Variables = { ["code"] = "own", ["unused"] = "x" } });
        request.Recipients.Add(new Recipient { Email = "Ben@Example.com", DisplayName = "Ben", Variables = { ["field.plan"] = "" } });
        var filled = Fill(request).OrThrow();
        // Shared values are kept once for all, unused ones not at all, and an empty value is one.
        filled[0].Values.ShouldBe(new Dictionary<string, string> { ["field.plan"] = "gold", ["code"] = "own", ["email"] = "ana@example.com" }, ignoreOrder: true);
        filled[1].Values.ShouldBe(new Dictionary<string, string> { ["field.plan"] = "", ["email"] = "ben@example.com" }, ignoreOrder: true);
        filled.Select(f => (f.Email, f.DisplayName)).ShouldBe([("ana@example.com", "Ana"), ("ben@example.com", "Ben")]);
    }

    [Fact]
    public void A_missing_value_refuses_everything_and_is_named_with_whom_it_is_missing_for()
    {
        var request = Request("{{family_name}}");
        request.Recipients.Add(new Recipient { ContactId = 1 });
        request.Recipients.Add(new Recipient { Email = "ben@example.com", Variables = { ["family_name"] = "B" } });
        request.Recipients.Add(new Recipient { Email = "eve@example.com" });
        var refusal = Fill(request).Refusal.ShouldNotBeNull();
        refusal.Reason.ShouldBe(DeliverabilityReasons.VariableMissing);
        refusal.Message.ShouldBe("{{family_name}} has no value for contact 1, recipients[2]; nothing was queued");
        (refusal.Metadata["variable"], refusal.Metadata["count"]).ShouldBe(("family_name", "2"));

        // Whoever took a custom field's key for its variable is told what variables there are.
        var wrong = Request("{{plan}}");
        wrong.Recipients.Add(new Recipient { ContactId = 1 });
        Fill(wrong).Refusal!.Message.ShouldBe("{{plan}} has no value for contact 1; nothing was queued. Contacts fill email, phone, given_name, family_name, time_zone, source, owner, and field.KEY for custom fields");
    }

    [Theory]
    [InlineData("line\r\nBcc: victim@example.com", "control character")]
    [InlineData("long", "more than 400")]
    public void A_value_that_a_subject_cannot_hold_is_refused(string value, string problem)
    {
        var request = Request("text", "Hello {{x}}");
        request.Recipients.Add(new Recipient { ContactId = 1, Variables = { ["x"] = value == "long" ? new string('x', 400) : value } });
        Fill(request).Refusal!.Violations.ShouldHaveSingleItem().Description.ShouldContain(problem);
    }

    [Fact]
    public void Contacts_that_are_missing_have_no_email_or_share_an_address_refuse_everything()
    {
        var request = Request("text");
        request.Recipients.Add(new Recipient { ContactId = 7 });
        Fill(request).Refusal!.Reason.ShouldBe(DeliverabilityReasons.ContactNotFound);
        Fill(request, new Contact { ContactId = 7, Phone = "+4930123456" }).Refusal!.Reason.ShouldBe(DeliverabilityReasons.ContactWithoutEmail);
        Fill(request, new Contact { ContactId = 7, Email = "почта@example.com" }).Refusal!.Reason.ShouldBe(DeliverabilityReasons.ContactWithoutEmail);
        request.Recipients.Add(new Recipient { Email = "seven@example.com" });
        Fill(request, new Contact { ContactId = 7, Email = "seven@example.com" }).Refusal!.Violations.Single().Field.ShouldBe("recipients[1]");
    }

    [Fact]
    public void A_rendering_without_end_is_refused_before_it_is_made()
    {
        var request = Request(string.Concat(Enumerable.Repeat("{{x}}", 900)));
        request.Recipients.Add(new Recipient { ContactId = 1, Variables = { ["x"] = new string('x', 4000) } });
        Fill(request).Refusal!.Violations.Single().Description.ShouldContain("longer than 1000000");
    }

    private static CreateTransmissionRequest Request(string text, string subject = "Hello") => new()
    {
        Transmission = new() { FromEmail = "shop@example.org" }, Content = new() { Subject = subject, Text = text }, RequestId = "r",
    };

    private static ServiceDefaults.Errors.Decision<IReadOnlyList<FilledRecipient>> Fill(CreateTransmissionRequest request, params Contact[] more) =>
        RecipientDecisions.Fill(TransmissionProto.Read(request), more.Append(Ana).ToDictionary(c => c.ContactId));
}
