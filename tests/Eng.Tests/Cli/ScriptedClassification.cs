using ContactPlatform.Common.V1;
using ContactPlatform.Deliverability.V1;
using Grpc.Core;

namespace ContactPlatform.Eng.Tests.Cli;

/// <summary>Knows one template, `welcome`.</summary>
internal sealed class ScriptedTemplates(Script script) : MailTemplateService.MailTemplateServiceBase
{
    public override Task<GetMailTemplateResponse> GetMailTemplate(GetMailTemplateRequest request, ServerCallContext context) => request.Name == "welcome"
        ? Task.FromResult(new GetMailTemplateResponse { MailTemplate = new() { MailTemplateId = 5, Name = "welcome", Version = 1 } })
        : throw new RpcException(new Status(StatusCode.NotFound, "there is no such template"));

    public override Task<CreateMailTemplateResponse> CreateMailTemplate(CreateMailTemplateRequest request, ServerCallContext context)
    {
        script.Asked = request;
        return Task.FromResult(new CreateMailTemplateResponse { MailTemplate = new(request.MailTemplate) { MailTemplateId = 6, Version = 1 } });
    }

    public override Task<UpdateMailTemplateResponse> UpdateMailTemplate(UpdateMailTemplateRequest request, ServerCallContext context)
    {
        script.Asked = request;
        var changed = request.MailTemplate.Content.Subject != "Hi";
        return Task.FromResult(new UpdateMailTemplateResponse { MailTemplate = new(request.MailTemplate) { Version = changed ? 2 : 1 }, Changed = changed });
    }

    public override Task<ListMailTemplatesResponse> ListMailTemplates(ListMailTemplatesRequest request, ServerCallContext context) =>
        Task.FromResult(new ListMailTemplatesResponse { MailTemplates = { new MailTemplate { MailTemplateId = 5, Name = "welcome", Version = 2 } } });
}

/// <summary>Has classified two failures anew.</summary>
internal sealed class ScriptedClassification(Script script) : ClassificationService.ClassificationServiceBase
{
    public override Task<ClassifyDiagnosticResponse> ClassifyDiagnostic(ClassifyDiagnosticRequest request, ServerCallContext context)
    {
        script.Asked = request;
        return Task.FromResult(new ClassifyDiagnosticResponse { FailureClass = FailureClass.DoesNotExist, RuleId = "code.5.1.1", RuleVersion = 2 });
    }

    public override Task<ReplayClassificationResponse> ReplayClassification(ReplayClassificationRequest request, ServerCallContext context)
    {
        script.Asked = request;
        return Task.FromResult(new ReplayClassificationResponse { ClassificationReplay = Replay(8) });
    }

    public override Task<UndoClassificationReplayResponse> UndoClassificationReplay(UndoClassificationReplayRequest request, ServerCallContext context)
    {
        script.Asked = request;
        return Task.FromResult(new UndoClassificationReplayResponse { ClassificationReplay = Replay(9) });
    }

    public override Task WatchClassificationReplay(WatchClassificationReplayRequest request, IServerStreamWriter<WatchClassificationReplayResponse> responseStream, ServerCallContext context) =>
        responseStream.WriteAsync(new() { ClassificationReplay = Replay(request.ClassificationReplayId) });

    private static ClassificationReplay Replay(long id) => new()
    {
        ClassificationReplayId = id, UndoneReplayId = id == 9 ? 8 : 0, DryRun = id == 8, RuleVersion = 2, Run = new() { State = RunState.Succeeded, TotalCount = 3, ChangedCount = 2, SkipCounts = { new SkipCount { Reason = "CHANGED_SINCE", Count = 1 } } },
        Counts = { new ClassificationCount { FromClass = FailureClass.DoesNotExist, ToClass = FailureClass.SenderFault, Count = 2 } },
    };
}
