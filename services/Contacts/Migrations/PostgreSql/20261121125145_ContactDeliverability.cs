using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ContactPlatform.Contacts.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class ContactDeliverability : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "contact_deliverability",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    revision = table.Column<long>(type: "bigint", nullable: false),
                    status = table.Column<short>(type: "smallint", nullable: false),
                    last_send_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    last_open_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    last_click_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_contact_deliverability", x => new { x.account_id, x.contact_id });
                    table.ForeignKey(
                        name: "fk_contact_deliverability_contacts",
                        columns: x => new { x.account_id, x.contact_id },
                        principalTable: "contacts",
                        principalColumns: new[] { "account_id", "contact_id" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "rebuilt_contact_deliverability",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    revision = table.Column<long>(type: "bigint", nullable: false),
                    status = table.Column<short>(type: "smallint", nullable: false),
                    last_send_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    last_open_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    last_click_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_rebuilt_contact_deliverability", x => new { x.account_id, x.contact_id });
                });

            migrationBuilder.CreateIndex(
                name: "ix_contact_deliverability_status",
                table: "contact_deliverability",
                columns: new[] { "account_id", "status", "contact_id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "contact_deliverability");

            migrationBuilder.DropTable(
                name: "rebuilt_contact_deliverability");
        }
    }
}
