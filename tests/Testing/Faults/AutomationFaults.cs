using System.Globalization;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Sequences.V1;
using Grpc.Core;

namespace ContactPlatform.Testing.Faults;

/// <summary>Rules of automation and of lead scoring at work while those die who do it.</summary>
internal static class AutomationFaults
{
    /// <summary>
    /// Sequences (two processes) and Contacts killed (kill -9) at random moments: each contact enters each status once, each action is
    /// done once, its points are there once, and two rules that lead to each other are stopped.
    /// </summary>
    public static async Task KilledAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        var (contacts, kills) = bed.Size < 10_000 ? (60, 3) : (5_000, 10);
        var own = HostServers.Own(bed.Stack.Postgres, bed.Stack.Redis);
        var servers = own with { CreateDatabaseAsync = (name, cancel) => own.CreateDatabaseAsync($"{name} {bed.NewName()}".Replace(' ', '_'), cancel) };
        await using var host = await SequencesHost.StartAsync(bed.Stack.Contacts, 2, cancellationToken, gate: false, servers, new Dictionary<string, string?>
        {
            ["services__deliverability__grpc__0"] = null,
            ["Automations__Lease"] = "00:00:01",
        });
        foreach (var service in host.Replicas)
        {
            service.ExpectErrors("");
        }
        var run = new AutomationRun(bed, host, await Crowd.FillAsync(bed.Stack, contacts, 0, cancellationToken));
        await run.MakeAsync(cancellationToken);
        var enrolling = run.EnrollAsync(cancellationToken);
        ServiceHost[] all = [.. host.Replicas, bed.Stack.Contacts.Service];
        for (var kill = 0; kill < kills; kill++)
        {
            await bed.SomeTimeAsync(TimeSpan.FromSeconds(1), cancellationToken);
            // The last one in turn: Contacts, and each of the others.
            await FaultBed.KillAndStartAsync(all[(kill + 2) % all.Length], cancellationToken);
        }
        await enrolling;
        await run.CheckAsync(cancellationToken);
    }

    /// <summary>Contacts that are enrolled once, by a caller; everything else is done by rules.</summary>
    private sealed record AutomationRun(FaultBed Bed, SequencesHost Host, Crowd Crowd)
    {
        private readonly Dictionary<string, long> ids = [];

        /// <summary>Whoever is enrolled gets a label, a place on a list and 3 points, and leaves; whoever is open again gets a point and enters another sequence. Enrolled is worth 10 points.</summary>
        public async Task MakeAsync(CancellationToken cancellationToken)
        {
            var options = Options(cancellationToken);
            ids["label"] = (await Bed.Stack.Labels.CreateLabelAsync(new() { DisplayName = Bed.NewName() }, options)).Label.LabelId;
            ids["list"] = (await new ContactListService.ContactListServiceClient(Bed.Stack.Contacts.Service.Channel).CreateContactListAsync(new() { DisplayName = Bed.NewName() }, options)).ContactList.ContactListId;
            (ids["first"], ids["second"]) = (await SequenceAsync(), await SequenceAsync());
            var rules = new AutomationService.AutomationServiceClient(Host.Service.Channel);
            await rules.CreateAutomationRuleAsync(new()
            {
                AutomationRule = new()
                {
                    DisplayName = "leave", Condition = Enters(EngagementStatus.Enrolled, $"label_id:{Crowd.LabelId}"),
                    Actions = { new AutomationAction { AddLabelId = ids["label"] }, new AutomationAction { AddToContactListId = ids["list"] }, new AutomationAction { AddLeadScore = 3 }, new AutomationAction { UnenrollSequenceId = ids["first"] } },
                },
            }, options);
            await rules.CreateAutomationRuleAsync(new()
            {
                AutomationRule = new() { DisplayName = "enter", Condition = Enters(EngagementStatus.Open, ""), Actions = { new AutomationAction { AddLeadScore = 1 }, new AutomationAction { EnrollSequenceId = ids["second"] } } },
            }, options);
            await new LeadScoreRuleService.LeadScoreRuleServiceClient(Host.Service.Channel).CreateLeadScoreRuleAsync(new() { LeadScoreRule = new() { DisplayName = "enrolled", EngagementStatus = EngagementStatus.Enrolled, Points = 10 } }, options);

            async Task<long> SequenceAsync()
            {
                var sequencing = new SequenceService.SequenceServiceClient(Host.Service.Channel);
                var made = (await sequencing.CreateSequenceAsync(new() { Sequence = new() { DisplayName = Bed.NewName(), Steps = { new Step { Call = new() { Instructions = "Call" } } } } }, options)).Sequence.SequenceId;
                await sequencing.ActivateSequenceAsync(new() { SequenceId = made }, options);
                return made;
            }
        }

        /// <summary>Enrols them in parts, each until that is acknowledged.</summary>
        public async Task EnrollAsync(CancellationToken cancellationToken)
        {
            var enrolling = new EnrollmentService.EnrollmentServiceClient(Host.Service.Channel);
            foreach (var part in Crowd.LabelledIds.Chunk(Math.Max(1, Crowd.Labelled / 6)))
            {
                var request = new EnrollContactsRequest { SequenceId = ids["first"], ContactIds = { part }, RequestId = Bed.NewName() };
                await FaultBed.UntilAsync("they are enrolled", async () => (await enrolling.EnrollContactsAsync(request, Options(cancellationToken))).Results.Count == part.Length, cancellationToken);
            }
        }

        /// <summary>Everything came to its end, and each of it once.</summary>
        public async Task CheckAsync(CancellationToken cancellationToken)
        {
            var count = Crowd.Labelled;
            await FaultBed.UntilAsync("all rules have done their work", async () => await SequencesAsync("automation_firings") == 3 * count && await SequencesAsync("automation_firings WHERE due_time IS NOT NULL") == 0
                && await SequencesAsync("lead_score_awards WHERE state = 2") == 2 * count, cancellationToken, TimeSpan.FromMinutes(2));
            await MustAsync("a contact did not go through the statuses once", SequencesAsync("contact_statuses WHERE version = 3 AND engagement = 2"), count);
            await MustAsync("a firing was not stopped by the guard", SequencesAsync("automation_firings WHERE state = 4 AND stop_reason = 1"), count);
            // A static list does not tell a repeated call whether it was the first one that put the contact on it.
            await MustAsync("an action was not done, or not once", SequencesAsync("automation_actions WHERE outcome = 1 OR outcome = 2 AND place = 1 AND enrollment_id IS NULL"), 6 * count);
            await MustAsync("there are actions that were not done", SequencesAsync("automation_actions"), 6 * count);
            await MustAsync("somebody was not enrolled once in each sequence", SequencesAsync("enrollments"), 2 * count);
            await MustAsync("an enrolment has changed more than once", SequencesAsync($"enrollments WHERE version = CASE WHEN sequence_id = {ids["first"]} THEN 2 ELSE 1 END"), 2 * count);
            var labelled = $"JOIN label_members m ON m.account_id = c.account_id AND m.contact_id = c.contact_id AND m.label_id = {ids["label"]} JOIN contact_list_members l ON l.account_id = c.account_id AND l.contact_id = c.contact_id AND l.contact_list_id = {ids["list"]}";
            await MustAsync("somebody has not each point once", Bed.ContactsAsync($"SELECT COUNT(*) FROM contacts c {labelled} WHERE c.lead_score = 24", cancellationToken), count);
            await MustAsync("points were given more than once", Bed.ContactsAsync($"SELECT COUNT(*) FROM lead_score_entries e JOIN contacts c ON c.account_id = e.account_id AND c.contact_id = e.contact_id {labelled}", cancellationToken), 4 * count);
        }

        private static async Task MustAsync(string otherwise, Task<long> actual, long expected)
        {
            var found = await actual;
            FaultBed.Must(found == expected, string.Create(CultureInfo.InvariantCulture, $"{otherwise}: {expected} expected, {found} found"));
        }

        private Task<long> SequencesAsync(string what) => OwnStack.NumberAsync(Host.Database, $"SELECT COUNT(*) FROM {what}", CancellationToken.None);

        private static AutomationCondition Enters(EngagementStatus status, string filter) => new() { Equals_ = new() { EngagementStatuses_ = { status } }, Filter = filter };

        private CallOptions Options(CancellationToken cancellationToken) => new CallOptions(Bed.Stack.Headers, cancellationToken: cancellationToken).WithWaitForReady();
    }
}
