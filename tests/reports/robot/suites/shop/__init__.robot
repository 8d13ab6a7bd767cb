*** Settings ***
Documentation     Everything a customer does — from the first page to the receipt.
Metadata          Build    1234
Suite Setup       Log    opening the shop
Suite Teardown    Run Keyword If    '%{CLOSING=ok}' == 'broken'    Fail    the till does not close
Test Tags         shop
