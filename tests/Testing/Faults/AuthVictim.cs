using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Sequences.V1;
using Google.Protobuf;
using Grpc.Core;
using Npgsql;

namespace ContactPlatform.Testing.Faults;

/// <summary>The account that is to be left alone, with one of everything in it.</summary>
/// <param name="bed">Whose account it is.</param>
/// <param name="deliverability">Beside it.</param>
/// <param name="sequences">Beside it.</param>
internal sealed class AuthVictim(FaultBed bed, DeliverabilityHost deliverability, SequencesHost sequences)
{
    /// <summary>Stands in all that is secret, to be looked for in every answer.</summary>
    public const string Secret = "hush";

    private readonly string name = bed.NewName().Replace(' ', '-');
    private readonly OwnStack stack = bed.Stack;
    private readonly Metadata headers = bed.Stack.Headers;

    /// <summary>The ids of what there is, by the names of request fields.</summary>
    public Dictionary<string, long> Ids { get; } = [];

    /// <summary>Makes one of everything.</summary>
    public async Task MakeAsync(CancellationToken cancellationToken)
    {
        await MakeContactsAsync(cancellationToken);
        await MakeMailAsync(cancellationToken);
        await MakeOutreachAsync(cancellationToken);
        // The feeds are at rest before anything is compared.
        await bed.CheckAsync(cancellationToken);
        var behind = await FunnelCheck.BehindAsync("Deliverability", stack.Contacts.Database, deliverability.Database, TimeSpan.FromSeconds(60), cancellationToken);
        FaultBed.Must(behind is null, behind ?? "");
        behind = await FunnelCheck.BehindAsync("Sequences", stack.Contacts.Database, sequences.Database, TimeSpan.FromSeconds(60), cancellationToken);
        FaultBed.Must(behind is null, behind ?? "");
    }

    private async Task MakeContactsAsync(CancellationToken cancellationToken)
    {
        var contact = (await stack.ContactService.CreateContactAsync(new() { Contact = new() { Email = $"{Secret}.{name}@auth.example", GivenName = Secret } }, headers, cancellationToken: cancellationToken)).Contact.ContactId;
        var other = (await stack.ContactService.CreateContactAsync(new() { Contact = new() { Email = $"{Secret}.other.{name}@auth.example" } }, headers, cancellationToken: cancellationToken)).Contact.ContactId;
        var label = (await stack.Labels.CreateLabelAsync(new() { DisplayName = $"{Secret} {name}" }, headers, cancellationToken: cancellationToken)).Label.LabelId;
        var target = (await stack.Labels.CreateLabelAsync(new() { DisplayName = $"{Secret} target {name}" }, headers, cancellationToken: cancellationToken)).Label.LabelId;
        await stack.Labels.AddLabelAsync(new() { ContactId = contact, LabelId = label }, headers, cancellationToken: cancellationToken);
        var lists = new ContactListService.ContactListServiceClient(stack.Contacts.Service.Channel);
        var list = (await lists.CreateContactListAsync(new() { DisplayName = $"{Secret} {name}" }, headers, cancellationToken: cancellationToken)).ContactList.ContactListId;
        await lists.AddContactListMembersAsync(new() { ContactListId = list, ContactIds = { contact } }, headers, cancellationToken: cancellationToken);
        await stack.Stages.SetStageAsync(new() { ContactId = contact, Stage = FunnelStage.Engaged }, headers, cancellationToken: cancellationToken);
        var rule = (await stack.Rules.CreateLabelRuleAsync(new() { LabelRule = new() { LabelId = label, Stage = FunnelStage.Customer, DisplayName = Secret } }, headers, cancellationToken: cancellationToken)).LabelRule.LabelRuleId;
        var run = (await stack.Rules.RunLabelRuleAsync(new() { LabelRuleId = rule, RequestId = bed.NewName() }, headers, cancellationToken: cancellationToken)).LabelRuleRun.Run.RunId;
        await bed.EndAsync(run, cancellationToken);
        using var upload = stack.Imports.UploadImport(headers, cancellationToken: cancellationToken);
        await upload.RequestStream.WriteAsync(new() { Start = new() { Config = new() { DisplayName = Secret } } }, cancellationToken);
        await upload.RequestStream.WriteAsync(new() { Data = ByteString.CopyFromUtf8($"email\n{Secret}.import.{name}@auth.example\n{Secret}\n") }, cancellationToken);
        await upload.RequestStream.CompleteAsync();
        var import = (await upload.ResponseAsync).Import.ImportId;
        await FaultBed.UntilAsync("the import ends", async () => await bed.ContactsAsync($"SELECT state FROM runs WHERE run_id = {import}", cancellationToken) >= 3, cancellationToken);
        var undo = (await new ImportUndoService.ImportUndoServiceClient(stack.Contacts.Service.Channel).UndoImportAsync(new() { ImportId = import, RequestId = bed.NewName() }, headers, cancellationToken: cancellationToken)).ImportUndo.ImportUndoId;
        await FaultBed.UntilAsync("the undo ends", async () => await bed.ContactsAsync($"SELECT state FROM runs WHERE run_id = {undo}", cancellationToken) >= 3, cancellationToken);
        var key = (await new AccessService.AccessServiceClient(stack.Contacts.Service.Channel).CreateApiKeyAsync(new() { DisplayName = Secret, Scopes = { "contacts.read" } }, headers, cancellationToken: cancellationToken)).ApiKey.ApiKeyId;
        var field = (await new CustomFieldService.CustomFieldServiceClient(stack.Contacts.Service.Channel).CreateCustomFieldAsync(
            new() { CustomField = new() { Key = $"{Secret}{contact}", Type = CustomFieldType.Text } }, headers, cancellationToken: cancellationToken)).CustomField.CustomFieldId;
        var segments = new SegmentService.SegmentServiceClient(stack.Contacts.Service.Channel);
        var segment = (await segments.CreateSegmentAsync(new() { Segment = new() { DisplayName = $"{Secret} {name}", Filter = $"given_name = {Secret}" } }, headers, cancellationToken: cancellationToken)).Segment.SegmentId;
        var snapshot = (await segments.FreezeSegmentAsync(new() { Contacts = new() { SegmentId = segment } }, headers, cancellationToken: cancellationToken)).Snapshot.SegmentSnapshotId;
        var bulk = (await new BulkRunService.BulkRunServiceClient(stack.Contacts.Service.Channel).CreateBulkRunAsync(
            new() { Contacts = new() { ContactListId = list }, Action = new() { AddLabelId = target }, RequestId = bed.NewName() }, headers, cancellationToken: cancellationToken)).BulkRun.BulkRunId;
        await FaultBed.UntilAsync("the bulk run ends", async () => await bed.ContactsAsync($"SELECT state FROM runs WHERE run_id = {bulk}", cancellationToken) >= 3, cancellationToken);
        var view = (await new ViewService.ViewServiceClient(stack.Contacts.Service.Channel).CreateViewAsync(
            new() { View = new() { DisplayName = $"{Secret} {name}", SegmentId = segment, Columns = { "email" } } }, headers, cancellationToken: cancellationToken)).View.ViewId;
        Know(("contact_id", contact), ("contact_ids", contact), ("survivor_contact_id", contact), ("merged_contact_id", other));
        Know(("label_id", label), ("label_ids", label), ("source_label_id", label), ("target_label_id", target), ("label_rule_id", rule), ("label_rule_ids", rule), ("run_id", run));
        Know(("contact_list_id", list), ("custom_field_id", field), ("segment_id", segment), ("segment_snapshot_id", snapshot), ("view_id", view));
        Know(("bulk_run_id", bulk), ("import_id", import), ("import_undo_id", undo), ("api_key_id", key));
    }

    private async Task MakeMailAsync(CancellationToken cancellationToken)
    {
        await new SuppressionService.SuppressionServiceClient(deliverability.Service.Channel).AddSuppressionAsync(new() { Address = $"{Secret}.{name}@auth.example", Reason = Secret }, headers, cancellationToken: cancellationToken);
        var transmissions = new TransmissionService.TransmissionServiceClient(deliverability.Service.Channel);
        var transmission = (await transmissions.CreateTransmissionAsync(new()
        {
            Transmission = new() { FromEmail = $"{Secret}@auth.example", Metadata = { ["key"] = Secret } },
            Content = new() { Subject = Secret, Text = Secret },
            Recipients = { new Recipient { ContactId = Ids["merged_contact_id"] } },
            RequestId = bed.NewName(),
        }, headers, cancellationToken: cancellationToken)).Transmission.TransmissionId;
        await FaultBed.UntilAsync("the mail is sent", async () => (await transmissions.GetTransmissionAsync(new() { TransmissionId = transmission }, headers, cancellationToken: cancellationToken)).Transmission.Complete, cancellationToken);
        var message = (await new MessageService.MessageServiceClient(deliverability.Service.Channel).ListMessagesAsync(new() { TransmissionId = transmission }, headers, cancellationToken: cancellationToken)).Messages.Single().MessageId;
        var template = (await new MailTemplateService.MailTemplateServiceClient(deliverability.Service.Channel).CreateMailTemplateAsync(
            new() { MailTemplate = new() { Name = $"{Secret}.{name}".Replace(' ', '.'), Content = new() { Subject = Secret, Text = Secret } } }, headers, cancellationToken: cancellationToken)).MailTemplate.MailTemplateId;
        using (var told = new DeliveryEventService.DeliveryEventServiceClient(deliverability.Service.Channel).IngestEvents(headers, cancellationToken: cancellationToken))
        {
            await told.RequestStream.WriteAsync(new() { Source = Secret, Events = { new DeliveryEventInput { EventKey = Secret, Kind = DeliveryEventKind.Failed, Address = $"{Secret}.{name}@auth.example", Diagnostic = Secret } } }, cancellationToken);
            await told.RequestStream.CompleteAsync();
            await told.ResponseAsync;
        }
        var classification = new ClassificationService.ClassificationServiceClient(deliverability.Service.Channel);
        var replay = (await classification.ReplayClassificationAsync(new() { RequestId = bed.NewName() }, headers, cancellationToken: cancellationToken)).ClassificationReplay.ClassificationReplayId;
        await FaultBed.UntilAsync("the replay ends", async () => (await classification.GetClassificationReplayAsync(new() { ClassificationReplayId = replay }, headers, cancellationToken: cancellationToken)).ClassificationReplay.Run.EndTime is not null, cancellationToken);
        var webhook = (await new ProviderWebhookService.ProviderWebhookServiceClient(deliverability.Service.Channel).CreateProviderWebhookAsync(
            new() { Provider = WebhookProvider.Mailgun, DisplayName = Secret, VerificationKey = $"{Secret}-0123456789abcdef" }, headers, cancellationToken: cancellationToken)).ProviderWebhook.ProviderWebhookId;
        var webhooks = new WebhookService.WebhookServiceClient(deliverability.Service.Channel);
        var hook = (await webhooks.CreateWebhookAsync(new() { Webhook = new() { DisplayName = Secret, Url = $"http://127.0.0.1:1/{Secret}", EventTypes = { WebhookEventType.ContactMerged } } }, headers, cancellationToken: cancellationToken)).Webhook.WebhookId;
        var delivery = (await webhooks.SendTestEventAsync(new() { WebhookId = hook }, headers, cancellationToken: cancellationToken)).WebhookDeliveryId;
        var deliveries = new WebhookDeliveryService.WebhookDeliveryServiceClient(deliverability.Service.Channel);
        await FaultBed.UntilAsync("the call is given up", async () => (await deliveries.GetWebhookDeliveryAsync(new() { WebhookId = hook, WebhookDeliveryId = delivery }, headers, cancellationToken: cancellationToken))
            .WebhookDelivery.State == WebhookDeliveryState.Dead, cancellationToken);
        await new ValidationCreditService.ValidationCreditServiceClient(deliverability.Service.Channel).GrantValidationCreditsAsync(new() { CreditCount = 1, Reason = Secret, RequestId = bed.NewName() }, headers, cancellationToken: cancellationToken);
        var validations = new AddressValidationService.AddressValidationServiceClient(deliverability.Service.Channel);
        var validation = (await validations.CreateAddressValidationAsync(new() { Addresses = new() { Addresses = { $"{Secret}@auth.example" } }, DisplayName = Secret, RequestId = bed.NewName() }, headers, cancellationToken: cancellationToken)).AddressValidation.AddressValidationId;
        await FaultBed.UntilAsync("the validation ends", async () => (await validations.GetAddressValidationAsync(new() { AddressValidationId = validation }, headers, cancellationToken: cancellationToken)).AddressValidation.Run.EndTime is not null, cancellationToken);
        Know(("transmission_id", transmission), ("message_id", message), ("mail_template_id", template), ("classification_replay_id", replay), ("provider_webhook_id", webhook));
        Know(("webhook_id", hook), ("webhook_delivery_id", delivery), ("address_validation_id", validation));
    }

    private async Task MakeOutreachAsync(CancellationToken cancellationToken)
    {
        var sequencing = new SequenceService.SequenceServiceClient(sequences.Service.Channel);
        var (sequence, elsewhere) = (await SequenceAsync(), await SequenceAsync());
        var enrollment = (await new EnrollmentService.EnrollmentServiceClient(sequences.Service.Channel).EnrollContactsAsync(
            new() { SequenceId = sequence, ContactIds = { Ids["contact_id"] }, RequestId = bed.NewName() }, headers, cancellationToken: cancellationToken)).Results.Single().EnrollmentId;
        var enrolling = new EnrollmentRunService.EnrollmentRunServiceClient(sequences.Service.Channel);
        var enrollmentRun = (await enrolling.CreateEnrollmentRunAsync(new() { SequenceId = sequence, ContactListId = Ids["contact_list_id"], RequestId = bed.NewName() }, headers, cancellationToken: cancellationToken)).EnrollmentRun.EnrollmentRunId;
        await FaultBed.UntilAsync("the enrolment ends", async () => (await enrolling.GetEnrollmentRunAsync(new() { EnrollmentRunId = enrollmentRun }, headers, cancellationToken: cancellationToken)).EnrollmentRun.Run.EndTime is not null, cancellationToken);
        var reply = (await new ReplyService.ReplyServiceClient(sequences.Service.Channel).RecordReplyAsync(
            new() { Source = Secret, ContactId = Ids["merged_contact_id"], Sms = new() { FromPhone = "+442079460123", Text = Secret, MessageKey = Secret } }, headers, cancellationToken: cancellationToken)).Reply.ReplyId;
        var replyWebhook = (await new ReplyWebhookService.ReplyWebhookServiceClient(sequences.Service.Channel).CreateReplyWebhookAsync(new() { DisplayName = Secret }, headers, cancellationToken: cancellationToken)).ReplyWebhook.ReplyWebhookId;
        var task = await OwnStack.NumberAsync(sequences.Database, "SELECT nextval('ids')", cancellationToken);
        await OwnStack.ExecuteAsync(sequences.Database, cancellationToken,
            $"""
            INSERT INTO tasks (account_id, task_id, enrollment_id, sequence_id, contact_id, step_id, kind, state, assignee_subject, create_time, call_outcome, version)
            SELECT account_id, {task}, enrollment_id, sequence_id, contact_id, 1, 2, 1, '{Secret}', now(), 0, 1 FROM enrollments WHERE enrollment_id = {enrollment}
            """);
        Know(("sequence_id", sequence), ("from_sequence_id", sequence), ("to_sequence_id", elsewhere), ("enrollment_id", enrollment), ("enrollment_run_id", enrollmentRun));
        Know(("reply_id", reply), ("reply_webhook_id", replyWebhook), ("task_id", task));
        var automation = (await new AutomationService.AutomationServiceClient(sequences.Service.Channel).CreateAutomationRuleAsync(new()
        {
            AutomationRule = new() { DisplayName = Secret, Disabled = true, Condition = new() { Equals_ = new() { EngagementStatuses_ = { EngagementStatus.Open } } }, Actions = { new AutomationAction { UnenrollAll = true } } },
        }, headers, cancellationToken: cancellationToken)).AutomationRule.AutomationRuleId;
        var scoring = (await new LeadScoreRuleService.LeadScoreRuleServiceClient(sequences.Service.Channel).CreateLeadScoreRuleAsync(
            new() { LeadScoreRule = new() { DisplayName = Secret, EngagementStatus = EngagementStatus.Open, Points = 1, Disabled = true } }, headers, cancellationToken: cancellationToken)).LeadScoreRule.LeadScoreRuleId;
        Know(("automation_rule_id", automation), ("lead_score_rule_id", scoring));

        async Task<long> SequenceAsync()
        {
            var made = (await sequencing.CreateSequenceAsync(new() { Sequence = new() { DisplayName = Secret, Steps = { new Step { Call = new() { Instructions = Secret } } } } }, headers, cancellationToken: cancellationToken)).Sequence.SequenceId;
            await sequencing.ActivateSequenceAsync(new() { SequenceId = made }, headers, cancellationToken: cancellationToken);
            return made;
        }
    }

    private void Know(params ReadOnlySpan<(string Field, long Id)> ids)
    {
        foreach (var (field, id) in ids)
        {
            Ids.Add(field, id);
        }
    }

    /// <summary>What the account's rows are, by table, apart from pieces of files that are swept away by themselves.</summary>
    public async Task<Dictionary<string, string>> DigestAsync(CancellationToken cancellationToken)
    {
        var digests = new Dictionary<string, string>();
        foreach (var (name, database) in new[] { ("contacts", stack.Contacts.Database), ("funnel", stack.Funnel.Database), ("deliverability", deliverability.Database), ("sequences", sequences.Database) })
        {
            await using var connection = new NpgsqlConnection(database.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            var tables = new List<string>();
            await using (var command = new NpgsqlCommand("SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'account_id' AND table_name <> 'import_chunks'", connection))
            await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
            {
                while (await reader.ReadAsync(cancellationToken))
                {
                    tables.Add(reader.GetString(0));
                }
            }
            foreach (var table in tables)
            {
                await using var command = new NpgsqlCommand($"SELECT COUNT(*) || ' rows, sum ' || COALESCE(SUM(hashtextextended(t::text, 0)::numeric), 0) FROM {table} t WHERE account_id = {ContactsHost.Account}", connection);
                digests[$"{name}.{table}"] = (string)(await command.ExecuteScalarAsync(cancellationToken))!;
            }
        }
        return digests;
    }
}
