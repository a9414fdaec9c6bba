using System.Buffers.Text;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Sequences.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Npgsql;

namespace ContactPlatform.Testing.Faults;

/// <summary>
/// Every method of every service, found in the contracts: called without a token, with bad ones, without the scope, and
/// with the ids of another account. Right code, nothing told, nothing changed.
/// </summary>
internal static class AuthFaults
{
    /// <summary>Stands in all that is secret, to be looked for in every answer.</summary>
    private const string Secret = "hush";

    public static async Task EveryMethodAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        await using var deliverability = await bed.Stack.StartDeliverabilityAsync(cancellationToken);
        await using var sequences = await bed.Stack.StartSequencesAsync(cancellationToken);
        var ids = await VictimAsync(bed, deliverability, sequences, cancellationToken);
        var good = (await bed.Stack.Contacts.HeadersAsync(ContactsHost.Account, cancellationToken)).GetValue("authorization")!["Bearer ".Length..];
        var other = (await bed.Stack.Contacts.HeadersAsync(ContactsHost.OtherAccount, cancellationToken)).GetValue("authorization")!["Bearer ".Length..];
        var bad = await BadTokensAsync(bed, good, cancellationToken);
        var noScope = await SignedAsync(bed, good, claims => claims["scope"] = "nothing.whatever", cancellationToken);
        var before = await DigestAsync(bed, deliverability, sequences, cancellationToken);
        var wrong = new List<string>();
        var calls = 0;
        foreach (var (method, channel) in Methods(bed, deliverability, sequences))
        {
            foreach (var (what, token) in bad)
            {
                await ExpectAsync(what, token, StatusCode.Unauthenticated);
            }
            await ExpectAsync("no scope", noScope, StatusCode.PermissionDenied);

            var (code, answer) = await CallAsync(bed, channel, method, other, ids, cancellationToken);
            calls++;
            var names = method.InputType.Fields.InFieldNumberOrder().Any(f => !f.IsRepeated && ids.ContainsKey(f.Name)) && !method.Name.StartsWith("List", StringComparison.Ordinal);
            if (names && code != StatusCode.NotFound && method.Service.Name != "ChangesService")
            {
                wrong.Add($"{method.FullName} with another account's ids: {code} {answer}");
            }
            if (answer.Contains(Secret, StringComparison.Ordinal))
            {
                wrong.Add($"{method.FullName} tells another account: {answer}");
            }

            async Task ExpectAsync(string what, string? token, StatusCode expected)
            {
                var (code, answer) = await CallAsync(bed, channel, method, token, ids, cancellationToken);
                calls++;
                if (code != expected || answer.Contains(Secret, StringComparison.Ordinal))
                {
                    wrong.Add($"{method.FullName} with {what}: {code} {answer}");
                }
            }
        }
        wrong.AddRange((await DigestAsync(bed, deliverability, sequences, cancellationToken)).Where(d => before[d.Key] != d.Value).Select(d => $"{d.Key} has changed: {before[d.Key]}, now {d.Value}"));
        bed.Log($"{calls} calls");
        FaultBed.Must(wrong.Count == 0, string.Join("\n", wrong));
    }

    /// <summary>All methods that ask for a scope, each with where it is served.</summary>
    private static IEnumerable<(MethodDescriptor Method, ChannelBase Channel)> Methods(FaultBed bed, DeliverabilityHost deliverability, SequencesHost sequences)
    {
        var services = typeof(ContactService).Assembly.GetTypes()
            .Select(t => t.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static))
            .Where(p => p?.PropertyType == typeof(ServiceDescriptor)).Select(p => (ServiceDescriptor)p!.GetValue(null)!).ToList();
        FaultBed.Must(services.Count >= 7, $"only {services.Count} services were found");
        foreach (var service in services)
        {
            ChannelBase channel = service.File.Package.Split('.')[1] switch
            {
                "contacts" => bed.Stack.Contacts.Service.Channel,
                "funnel" => bed.Stack.Funnel.Service.Channel,
                "sequences" => sequences.Service.Channel,
                _ => deliverability.Service.Channel,
            };
            // Who exchanges a key has no token yet.
            foreach (var method in service.Methods.Where(m => !m.Name.StartsWith("Exchange", StringComparison.Ordinal)))
            {
                yield return (method, channel);
            }
        }
    }

    /// <summary>Makes one of everything in the account that is to be left alone.</summary>
    private static async Task<Dictionary<string, long>> VictimAsync(FaultBed bed, DeliverabilityHost deliverability, SequencesHost sequences, CancellationToken cancellationToken)
    {
        var (stack, headers) = (bed.Stack, bed.Stack.Headers);
        var name = bed.NewName().Replace(' ', '-');
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
        await new SuppressionService.SuppressionServiceClient(deliverability.Service.Channel).AddSuppressionAsync(new() { Address = $"{Secret}.{name}@auth.example", Reason = Secret }, headers, cancellationToken: cancellationToken);
        var transmissions = new TransmissionService.TransmissionServiceClient(deliverability.Service.Channel);
        var transmission = (await transmissions.CreateTransmissionAsync(new()
        {
            Transmission = new() { FromEmail = $"{Secret}@auth.example", Metadata = { ["key"] = Secret } },
            Content = new() { Subject = Secret, Text = Secret },
            Recipients = { new Recipient { ContactId = other } },
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
        var sequencing = new SequenceService.SequenceServiceClient(sequences.Service.Channel);
        var (sequence, elsewhere) = (await SequenceAsync(), await SequenceAsync());
        var enrollment = (await new EnrollmentService.EnrollmentServiceClient(sequences.Service.Channel).EnrollContactsAsync(
            new() { SequenceId = sequence, ContactIds = { contact }, RequestId = bed.NewName() }, headers, cancellationToken: cancellationToken)).Results.Single().EnrollmentId;
        var enrolling = new EnrollmentRunService.EnrollmentRunServiceClient(sequences.Service.Channel);
        var enrollmentRun = (await enrolling.CreateEnrollmentRunAsync(new() { SequenceId = sequence, ContactListId = list, RequestId = bed.NewName() }, headers, cancellationToken: cancellationToken)).EnrollmentRun.EnrollmentRunId;
        await FaultBed.UntilAsync("the enrolment ends", async () => (await enrolling.GetEnrollmentRunAsync(new() { EnrollmentRunId = enrollmentRun }, headers, cancellationToken: cancellationToken)).EnrollmentRun.Run.EndTime is not null, cancellationToken);
        var reply = (await new ReplyService.ReplyServiceClient(sequences.Service.Channel).RecordReplyAsync(
            new() { Source = Secret, ContactId = other, Sms = new() { FromPhone = "+442079460123", Text = Secret, MessageKey = Secret } }, headers, cancellationToken: cancellationToken)).Reply.ReplyId;
        var replyWebhook = (await new ReplyWebhookService.ReplyWebhookServiceClient(sequences.Service.Channel).CreateReplyWebhookAsync(new() { DisplayName = Secret }, headers, cancellationToken: cancellationToken)).ReplyWebhook.ReplyWebhookId;
        var task = await OwnStack.NumberAsync(sequences.Database, "SELECT nextval('ids')", cancellationToken);
        await OwnStack.ExecuteAsync(sequences.Database, cancellationToken,
            $"""
            INSERT INTO tasks (account_id, task_id, enrollment_id, sequence_id, contact_id, step_id, kind, state, assignee_subject, create_time, call_outcome, version)
            SELECT account_id, {task}, enrollment_id, sequence_id, contact_id, 1, 2, 1, '{Secret}', now(), 0, 1 FROM enrollments WHERE enrollment_id = {enrollment}
            """);
        // The feeds are at rest before anything is compared.
        await bed.CheckAsync(cancellationToken);
        var behind = await FunnelCheck.BehindAsync("Deliverability", stack.Contacts.Database, deliverability.Database, TimeSpan.FromSeconds(60), cancellationToken);
        FaultBed.Must(behind is null, behind ?? "");
        behind = await FunnelCheck.BehindAsync("Sequences", stack.Contacts.Database, sequences.Database, TimeSpan.FromSeconds(60), cancellationToken);
        FaultBed.Must(behind is null, behind ?? "");
        return new()
        {
            ["contact_id"] = contact, ["contact_ids"] = contact, ["label_id"] = label, ["label_ids"] = label, ["source_label_id"] = label, ["target_label_id"] = target,
            ["contact_list_id"] = list, ["survivor_contact_id"] = contact, ["merged_contact_id"] = other,
            ["custom_field_id"] = field, ["segment_id"] = segment, ["segment_snapshot_id"] = snapshot, ["view_id"] = view, ["label_rule_id"] = rule, ["label_rule_ids"] = rule, ["run_id"] = run, ["bulk_run_id"] = bulk, ["import_id"] = import, ["import_undo_id"] = undo, ["api_key_id"] = key,
            ["transmission_id"] = transmission, ["message_id"] = message, ["mail_template_id"] = template,
            ["classification_replay_id"] = replay, ["provider_webhook_id"] = webhook,
            ["webhook_id"] = hook, ["webhook_delivery_id"] = delivery, ["address_validation_id"] = validation,
            ["sequence_id"] = sequence, ["from_sequence_id"] = sequence, ["to_sequence_id"] = elsewhere, ["enrollment_id"] = enrollment, ["enrollment_run_id"] = enrollmentRun,
            ["reply_id"] = reply, ["reply_webhook_id"] = replyWebhook, ["task_id"] = task,
        };

        async Task<long> SequenceAsync()
        {
            var made = (await sequencing.CreateSequenceAsync(new() { Sequence = new() { DisplayName = Secret, Steps = { new Step { Call = new() { Instructions = Secret } } } } }, headers, cancellationToken: cancellationToken)).Sequence.SequenceId;
            await sequencing.ActivateSequenceAsync(new() { SequenceId = made }, headers, cancellationToken: cancellationToken);
            return made;
        }
    }

    private static async Task<List<(string What, string? Token)>> BadTokensAsync(FaultBed bed, string good, CancellationToken cancellationToken)
    {
        var parts = good.Split('.');
        var forged = Encode(Encoding.UTF8.GetBytes(Text(parts[1]).Replace("\"account_id\":1", "\"account_id\":2", StringComparison.Ordinal)));
        using var nobodys = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var hour = TimeProvider.System.GetUtcNow().AddHours(-1).ToUnixTimeSeconds();
        return
        [
            ("no token", null),
            ("garbage", "garbage"),
            ("garbage in three parts", "a.b.c"),
            ("alg none", $"{Encode("""{"alg":"none","typ":"JWT"}"""u8)}.{parts[1]}."),
            ("a changed account", $"{parts[0]}.{forged}.{parts[2]}"),
            ("a forged signature", $"{parts[0]}.{parts[1]}.{Encode(nobodys.SignData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), HashAlgorithmName.SHA256))}"),
            ("an expired token", await SignedAsync(bed, good, claims => (claims["iat"], claims["nbf"], claims["exp"]) = (hour - 900, hour - 900, hour), cancellationToken)),
        ];
    }

    /// <summary>Makes another token like a good one, with the platform's own key out of its database.</summary>
    private static async Task<string> SignedAsync(FaultBed bed, string good, Action<JsonNode> change, CancellationToken cancellationToken)
    {
        var parts = good.Split('.');
        var claims = JsonNode.Parse(Text(parts[1]))!;
        change(claims);
        await using var connection = new NpgsqlConnection(bed.Stack.Contacts.Database.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand("SELECT private_key FROM signing_keys WHERE key_id = @id", connection);
        command.Parameters.AddWithValue("id", (string)JsonNode.Parse(Text(parts[0]))!["kid"]!);
        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey((byte[])(await command.ExecuteScalarAsync(cancellationToken))!, out _);
        var signed = $"{parts[0]}.{Encode(Encoding.UTF8.GetBytes(claims.ToJsonString()))}";
        return $"{signed}.{Encode(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    /// <summary>Calls any method, with a request that names the victim wherever it can.</summary>
    private static async Task<(StatusCode Code, string Answer)> CallAsync(FaultBed bed, ChannelBase channel, MethodDescriptor method, string? token, Dictionary<string, long> ids, CancellationToken cancellationToken)
    {
        var bytes = Marshallers.Create<byte[]>(b => b, b => b);
        var type = (method.IsClientStreaming, method.IsServerStreaming) switch
        {
            (false, false) => MethodType.Unary,
            (true, false) => MethodType.ClientStreaming,
            (false, true) => MethodType.ServerStreaming,
            _ => MethodType.DuplexStreaming,
        };
        var target = new Method<byte[], byte[]>(type, method.Service.FullName, method.Name, bytes, bytes);
        var headers = new Metadata();
        if (token is not null)
        {
            headers.Add("authorization", $"Bearer {token}");
        }
        var options = new CallOptions(headers, TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(10), cancellationToken);
        var invoker = channel.CreateCallInvoker();
        var request = Fill(bed, method.InputType, ids, 0).ToByteArray();
        try
        {
            switch (type)
            {
                case MethodType.Unary:
                    return (StatusCode.OK, Encoding.UTF8.GetString(await invoker.AsyncUnaryCall(target, null, options, request)));
                case MethodType.ServerStreaming:
                    using (var call = invoker.AsyncServerStreamingCall(target, null, options, request))
                    {
                        return (StatusCode.OK, await call.ResponseStream.MoveNext(cancellationToken) ? Encoding.UTF8.GetString(call.ResponseStream.Current) : "");
                    }
                default:
                    using (var call = invoker.AsyncClientStreamingCall(target, null, options))
                    {
                        try
                        {
                            await call.RequestStream.WriteAsync(request, cancellationToken);
                            await call.RequestStream.CompleteAsync();
                        }
                        catch (Exception e) when (e is RpcException or InvalidOperationException)
                        {
                            // Refused before it was sent: the answer says why.
                        }
                        return (StatusCode.OK, Encoding.UTF8.GetString(await call.ResponseAsync));
                    }
            }
        }
        catch (RpcException e)
        {
            var details = e.Trailers.GetValueBytes("grpc-status-details-bin") is { } status ? Encoding.UTF8.GetString(status) : "";
            return (e.StatusCode, $"{e.Status.Detail} {details}");
        }
    }

    private static IMessage Fill(FaultBed bed, MessageDescriptor type, Dictionary<string, long> ids, int depth)
    {
        var message = (IMessage)Activator.CreateInstance(type.ClrType)!;
        foreach (var field in type.Fields.InFieldNumberOrder())
        {
            if (field.ContainingOneof is { } choice && choice.Fields[0] != field || field.IsMap)
            {
                continue;
            }
            if (Value(field) is { } value)
            {
                if (field.IsRepeated)
                {
                    ((System.Collections.IList)field.Accessor.GetValue(message)).Add(value);
                }
                else
                {
                    field.Accessor.SetValue(message, value);
                }
            }
        }
        return message;

        object? Value(FieldDescriptor field) => field.FieldType switch
        {
            FieldType.Int64 => ids.TryGetValue(field.Name, out var id) ? id : null,
            FieldType.Int32 when field.Name == "page_size" => 10,
            FieldType.Bool when field.HasPresence => true,
            FieldType.Enum => field.EnumType.Values.Count > 1 ? Enum(field) : null,
            FieldType.String => Word(field.Name),
            FieldType.Bytes when field.Name == "mail" => ByteString.CopyFromUtf8("From: ada@auth.example\r\n\r\nYes."),
            FieldType.Message when field.MessageType.FullName == "google.protobuf.FieldMask" => new FieldMask { Paths = { "given_name" } },
            FieldType.Message when depth < 3 && !field.IsRepeated && !field.MessageType.FullName.StartsWith("google.", StringComparison.Ordinal) => Fill(bed, field.MessageType, ids, depth + 1),
            _ => null,
        };

        string? Word(string name) => name switch
        {
            "request_id" => bed.NewName(),
            "display_name" => bed.NewName(),
            "reason" => bed.NewName(),
            "source" => "auth",
            "email" or "address" => $"{bed.NewName().Replace(' ', '.')}@auth.example",
            _ => null,
        };

        static object Enum(FieldDescriptor field) => System.Enum.ToObject(field.EnumType.ClrType, field.EnumType.Values[1].Number);
    }

    /// <summary>What the account's rows are, by table, apart from pieces of files that are swept away by themselves.</summary>
    private static async Task<Dictionary<string, string>> DigestAsync(FaultBed bed, DeliverabilityHost deliverability, SequencesHost sequences, CancellationToken cancellationToken)
    {
        var digests = new Dictionary<string, string>();
        foreach (var (name, database) in new[] { ("contacts", bed.Stack.Contacts.Database), ("funnel", bed.Stack.Funnel.Database), ("deliverability", deliverability.Database), ("sequences", sequences.Database) })
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

    private static string Text(string part) => Encoding.UTF8.GetString(Base64Url.DecodeFromChars(part));

    private static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);
}
