using ContactPlatform.Contacts.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;

namespace ContactPlatform.Eng.Tests.Cli;

/// <summary>The other end of the contracts about single contacts: 1 is ada@example.org, 2 is +628120000001.</summary>
internal static class ScriptedRecords
{
    public static void Map(WebApplication application)
    {
        application.MapGrpcService<Contacts>();
        application.MapGrpcService<Lists>();
        application.MapGrpcService<Merges>();
        application.MapGrpcService<Erasures>();
        application.MapGrpcService<Timelines>();
    }

    private sealed class Contacts : ContactService.ContactServiceBase
    {
        public override Task<GetContactResponse> GetContact(GetContactRequest request, ServerCallContext context) => request.KeyCase switch
        {
            GetContactRequest.KeyOneofCase.Email when request.Email != "nobody@example.org" => Task.FromResult(new GetContactResponse { Contact = new() { ContactId = 1, Etag = "a", RecordState = RecordState.Active } }),
            GetContactRequest.KeyOneofCase.Phone when request.Phone != "+628120000009" => Task.FromResult(new GetContactResponse { Contact = new() { ContactId = 2, Etag = "b", RecordState = RecordState.Inactive } }),
            _ => throw new RpcException(new Status(StatusCode.NotFound, "no such contact")),
        };
    }

    private sealed class Lists(Script script) : ContactListService.ContactListServiceBase
    {
        public override Task<CreateContactListResponse> CreateContactList(CreateContactListRequest request, ServerCallContext context) =>
            Task.FromResult(new CreateContactListResponse { ContactList = new() { ContactListId = 8, DisplayName = request.DisplayName } });

        public override Task<GetContactListResponse> GetContactList(GetContactListRequest request, ServerCallContext context) => request.DisplayName == "fair"
            ? Task.FromResult(new GetContactListResponse { ContactList = new() { ContactListId = 8, DisplayName = "fair", MemberCount = 1_002 } })
            : throw new RpcException(new Status(StatusCode.NotFound, "no such list"));

        public override Task<ListContactListsResponse> ListContactLists(ListContactListsRequest request, ServerCallContext context) =>
            Task.FromResult(new ListContactListsResponse { ContactLists = { new ContactList { DisplayName = "fair", MemberCount = 1_002 } } });

        public override Task<AddContactListMembersResponse> AddContactListMembers(AddContactListMembersRequest request, ServerCallContext context)
        {
            script.Asked = request;
            return Task.FromResult(new AddContactListMembersResponse { Outcomes = { new ContactListOutcome { ContactId = 1, Change = ContactListChange.Changed }, new ContactListOutcome { ContactId = 2, Change = ContactListChange.Unchanged } } });
        }
    }

    private sealed class Merges(Script script) : ContactMergeService.ContactMergeServiceBase
    {
        public override Task<MergeContactsResponse> MergeContacts(MergeContactsRequest request, ServerCallContext context)
        {
            script.Asked = request;
            return Task.FromResult(new MergeContactsResponse { Contact = new() { ContactId = request.SurvivorContactId, RecordState = RecordState.Inactive }, FilledFields = { "phone", "owner" } });
        }
    }

    private sealed class Erasures(Script script) : ContactErasureService.ContactErasureServiceBase
    {
        public override Task<EraseContactResponse> EraseContact(EraseContactRequest request, ServerCallContext context)
        {
            script.Asked = request;
            return Task.FromResult(new EraseContactResponse { BlankedRowCount = 2, PendingImportIds = { 77 } });
        }

        public override Task<ReadmitAddressResponse> ReadmitAddress(ReadmitAddressRequest request, ServerCallContext context)
        {
            script.Asked = request;
            return Task.FromResult(new ReadmitAddressResponse());
        }
    }

    private sealed class Timelines(Script script) : TimelineService.TimelineServiceBase
    {
        public override Task<GetTimelineResponse> GetTimeline(GetTimelineRequest request, ServerCallContext context)
        {
            script.Asked = request;
            return Task.FromResult(script.Timeline);
        }
    }
}
